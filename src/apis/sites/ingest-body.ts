/**
 * The body of `POST /v1/installations/{id}/photos` (section 8): a form with files, one file as it is, or the id of a file
 * of the library. Files are stored while they come; what becomes of them is decided when all is read.
 */

import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { discardBytes } from '../../core/blobs/stored.ts'
import { DomainError, invalid, toDomainError } from '../../core/errors.ts'
import { textMember } from '../../core/members.ts'
import { findLibraryPhoto } from '../../core/sites/library-photo.ts'
import { type PhotoBytes, storePhoto } from '../../core/sites/photo-bytes.ts'
import { type FilePart, type OnFile, readBody, readFileBody } from '../../http/body.ts'
import type { Context, SitesApi } from './endpoint.ts'
import { instant, word, words } from './fields.ts'
import { parse } from './order.ts'

const facts = {
  taken_at: instant().optional(),
  camera_id: word().optional(),
  filename: word(1000).optional(),
  tags: words().optional(),
}
/** Of the query, and of a form's own fields: what holds for every file that says nothing else. */
export const factsSchema = z.strictObject(facts)
const metaSchema = z.strictObject({
  ...facts,
  tags: z.array(textMember(1, 100)).max(100, 'must have at most 100 values').optional(),
})
const fileIdSchema = metaSchema.extend({ file_id: textMember(1, 100) })

export type GivenFacts = z.output<typeof factsSchema>

/** One file that came. */
export interface Sent {
  /** As it came. */
  filename: string
  /** What became of storing it. */
  bytes: PhotoBytes | DomainError
  given: GivenFacts | DomainError
}

export interface SentPhotos {
  /** In their order. */
  photos: Sent[]
  /** One photo is answered as one. */
  single: boolean
  /** Gives up the bytes of those that are still in the list. */
  discard(): Promise<void>
}

export const maxFiles = 20
const maxMetaBytes = 64 * 1024

type BodyContext = Pick<Context<GivenFacts>, 'api' | 'request' | 'caller' | 'query'>

/**
 * Reads the whole body.
 * @throws DomainError of the request as a whole: invalid, too_large, unsupported_format (one file as it is), not_found
 */
export async function readPhotos(context: BodyContext): Promise<SentPhotos> {
  const type = typeOf(context)
  if (type === 'multipart/form-data') return readForm(context)
  if (type === 'application/json') return readFileId(context)
  return readRaw(context)
}

/** For the digest of a repetition. */
export function dropBody({ api, request }: Pick<BodyContext, 'api' | 'request'>, drop: OnFile): Promise<unknown> {
  const isForm = ['multipart/form-data', 'application/json'].includes(typeOf({ request }))
  return isForm ? readBody(request.raw, api.bodyLimits, drop, 'meta') : readFileBody(request.raw, api.bodyLimits, drop)
}

const typeOf = ({ request }: Pick<BodyContext, 'request'>) =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

/** @throws DomainError too_large by what the request says of itself: nothing of it is read */
export function refuseLong({ api, request }: Pick<BodyContext, 'api' | 'request'>): void {
  const { maxUploadBytes } = api.deps.assets
  const files = typeOf({ request }) === 'multipart/form-data' ? maxFiles : 1
  const most = maxUploadBytes * files + (files === 1 ? 0 : api.bodyLimits.maxFieldBytes)
  if (maxUploadBytes === 0 || Number(request.headers['content-length'] ?? 0) <= most) return
  throw new DomainError('too_large', `The body is longer than ${most} bytes; a photo has at most ${maxUploadBytes}.`, {
    param: 'Content-Length',
  })
}

async function readRaw({ api, request, caller, query }: BodyContext): Promise<SentPhotos> {
  let bytes: PhotoBytes | undefined
  const place = { project: caller.project.id, signal: caller.signal }
  try {
    await readFileBody(request.raw, api.bodyLimits, async ({ stream }) => {
      bytes = await storePhoto(api.deps, place, stream)
    })
  } catch (error) {
    if (bytes !== undefined) await discardBytes(api.deps.blobs, bytes.stored)
    throw error
  }
  if (bytes === undefined) throw invalid('body', 'The body is empty; send the photo.')
  return sentPhotos(api, [{ filename: query.filename ?? '', bytes, given: query }], true)
}

async function readFileId({ api, request, caller, query }: BodyContext): Promise<SentPhotos> {
  const body = await readBody(request.raw, api.bodyLimits)
  const { file_id: fileId, ...given } = parse(fileIdSchema, body, 'body') as z.output<typeof fileIdSchema>
  const { name, bytes } = await findLibraryPhoto(api.deps, caller, fileId)
  const merged = { ...query, ...given }
  return sentPhotos(api, [{ filename: merged.filename ?? name, bytes, given: merged }], true)
}

async function readForm(context: BodyContext): Promise<SentPhotos> {
  const { api, request, query } = context
  const files: Pick<Sent, 'filename' | 'bytes'>[] = []
  const metas: string[] = []
  const take = async (part: FilePart) => {
    const field = part.field.trim().replace(/\[\d*\]$/, '')
    if (field === 'meta') metas.push(await metaText(part))
    else if (field === 'file' && !part.isText) files.push(await storePart(context, part, files.length))
    else
      throw invalid(
        part.field.slice(0, 60),
        `The form has no file ${JSON.stringify(part.field.slice(0, 60))}; send file.`,
      )
  }
  try {
    const { meta, ...fields } = await readBody(request.raw, api.bodyLimits, take, 'meta')
    if (files.length === 0) throw invalid('file', 'The form has no file; send 1 to 20 parts named file.')
    const common = { ...query, ...(parse(factsSchema, fields, 'body') as GivenFacts) }
    const given = pair(files.length, metas, meta)
    const photos = files.map(({ filename, bytes }, index): Sent => {
      const own = factsOf(given[index])
      if (own instanceof DomainError) return { filename, bytes, given: own }
      const merged = { ...common, ...own }
      return { filename: merged.filename ?? filename, bytes, given: merged }
    })
    return sentPhotos(api, photos, photos.length === 1)
  } catch (error) {
    await sentPhotos(
      api,
      files.map((file) => ({ ...file, given: {} })),
      false,
    ).discard()
    throw error
  }
}

/** A file that is none of ours spoils no other. @throws DomainError of the request or the server */
async function storePart({ api, caller }: BodyContext, { stream, filename = '' }: FilePart, before: number) {
  if (before >= maxFiles) throw invalid('file', `The form has more than ${maxFiles} files; send the rest by itself.`)
  try {
    return {
      filename,
      bytes: await storePhoto(api.deps, { project: caller.project.id, signal: caller.signal }, stream),
    }
  } catch (error) {
    const failure = toDomainError(error)
    if (failure.code !== 'too_large' && failure.code !== 'unsupported_format') throw failure
    // The digest of the body is of all of it.
    for await (const _chunk of stream);
    return { filename, bytes: failure }
  }
}

async function metaText({ stream }: FilePart): Promise<string> {
  return (await buffer(bounded(stream))).toString('utf8')
}

async function* bounded(stream: Readable): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of stream) {
    size += (chunk as Buffer).length
    if (size > maxMetaBytes)
      throw new DomainError('too_large', `meta is longer than ${maxMetaBytes} bytes.`, { param: 'meta' })
    yield chunk as Buffer
  }
}

/**
 * Which meta is of which file. Parts named `meta` are of the files in the same order; one alone is of all files, or, as a
 * list, has an entry for each.
 * @param named texts of parts `meta[]` or `meta[0]`, in their order
 */
function pair(files: number, inOrder: readonly string[], named: unknown): unknown[] {
  const texts = named === undefined ? inOrder : [named].flat()
  if (texts.length > 1) {
    if (texts.length === files) return texts.map(jsonOf)
    throw invalid(
      'meta',
      `There are ${texts.length} meta for ${files} files; send one for all, or one for each in their order.`,
    )
  }
  const value = jsonOf(texts[0])
  if (!Array.isArray(value)) return Array.from({ length: files }, () => value)
  if (value.length === files) return value
  throw invalid('meta', `meta has ${value.length} entries for ${files} files; send one for each, null for none.`)
}

function jsonOf(text: unknown): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(String(text))
  } catch {
    return invalid('meta', 'meta is no valid JSON.')
  }
}

/** What a meta says, or what is wrong with it: that is its file's trouble alone. */
function factsOf(meta: unknown): GivenFacts | DomainError {
  if (meta === undefined || meta === null) return {}
  if (meta instanceof DomainError) return meta
  try {
    return parse(metaSchema, meta as Record<string, unknown>, 'meta') as GivenFacts
  } catch (error) {
    return toDomainError(error)
  }
}

function sentPhotos(api: SitesApi, photos: Sent[], single: boolean): SentPhotos {
  return {
    photos,
    single,
    async discard() {
      for (const { bytes } of photos.splice(0)) {
        if (bytes instanceof DomainError || bytes.shared !== undefined) continue
        await discardBytes(api.deps.blobs, bytes.stored)
      }
    },
  }
}
