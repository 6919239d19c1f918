/**
 * `imagestead sites pull`: photos of installations into `{installation}/{yyyy}/{MM}/{dd}/{yyyyMMdd-HHmmss}_{id}.{ext}`
 * (site-photos-api.md section 8), by the installation's clock. Killed at any moment it goes on where it was: a file under
 * its own name is whole, a part is resumed by a range, and the hash of the original decides.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DomainError, invalid } from '../../core/errors.ts'
import { forEachAtOnce } from '../../core/jobs/at-once.ts'
import type { SitesServer } from './client.ts'
import { createKept, type Kept } from './kept.ts'
import type { Report } from './report.ts'

export const pullVariants = ['original', 'preview', 'thumb', 'watermark'] as const
export type PullVariant = (typeof pullVariants)[number]

export interface PullOptions {
  installations: readonly string[]
  folder: string
  /** Taken then or later, epoch milliseconds. */
  since: number | undefined
  variant: PullVariant
  atOnce: number
  /** Reads files that are there again, though their size and time are right. */
  verify: boolean
}

/** What this needs of a photo. */
interface Photo {
  id: string
  installation_id: string
  taken_at: string
  taken_at_local: string
  size_bytes: number
  mime_type: string
  sha256: string
}

const pageSize = 500
const mostBreaks = 5

/** Failures of one photo; any other ends everything. */
const ofOnePhoto = ['not_found', 'damaged_image', 'invalid', 'conflict']

/** @throws DomainError that is not one photo's alone */
export async function pull(server: SitesServer, report: Report, options: PullOptions): Promise<void> {
  for (const installation of options.installations) {
    // Photos of one that is not seen would only be none.
    await server.json(`/v1/installations/${encodeURIComponent(installation)}`)
    const kept = createKept(join(options.folder, installation))
    for await (const page of pagesOf(server, installation, options)) {
      await forEachAtOnce(page, options.atOnce, (photo) => pullOne(server, report, { ...options, kept }, photo))
    }
  }
}

async function* pagesOf(server: SitesServer, installation: string, { since }: PullOptions): AsyncGenerator<Photo[]> {
  let cursor: unknown
  do {
    const query = new URLSearchParams({ installation_id: installation, order: 'asc', limit: String(pageSize) })
    if (since !== undefined) query.set('from', new Date(since).toISOString())
    if (typeof cursor === 'string') query.set('cursor', cursor)
    const { photos, paging } = await server.json(`/v2/photos?${query}`)
    yield photos as Photo[]
    cursor = (paging as { next_cursor?: unknown }).next_cursor
  } while (typeof cursor === 'string')
}

async function pullOne(
  server: SitesServer,
  report: Report,
  options: PullOptions & { kept: Kept },
  photo: Photo,
): Promise<void> {
  const path = pathOf(photo, options.variant)
  const target = join(options.folder, path)
  const { id } = photo
  try {
    if (!(await isFile(target))) await options.kept.settle(id, target)
    if (await isThere(target, photo, options)) {
      report.add({ path, status: 'skipped', id })
      return
    }
    await mkdir(dirname(target), { recursive: true })
    const bytes =
      options.variant === 'original'
        ? await fetchOriginal(server, photo, target)
        : await fetchVariant(server, photo, target, options.variant)
    report.add({ path, status: 'done', id, bytes })
  } catch (thrown) {
    if (!(thrown instanceof DomainError) || !ofOnePhoto.includes(thrown.code)) throw thrown
    report.add({ path, status: 'failed', id, message: thrown.message })
  }
}

const extensions: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'image/avif': 'avif',
  'image/tiff': 'tiff',
}

/** Ids are letters, digits and `_`; what a server sends besides is no part of a path. */
function pathOf(
  { id, installation_id: installation, taken_at_local: local, mime_type: mime }: Photo,
  variant: PullVariant,
): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(local)
  if (found === null || !/^\w+$/.test(id) || !/^\w+$/.test(installation)) {
    throw new DomainError('unavailable', 'The server answered with a photo that is none.')
  }
  const [, year = '', month = '', day = '', hour, minute, second] = found
  const extension = variant === 'original' ? (extensions[mime] ?? 'bin') : 'jpg'
  return join(installation, year, month, day, `${year}${month}${day}-${hour}${minute}${second}_${id}.${extension}`)
}

const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() ?? false

/** A file that has the photo's size and time was verified when it was written; else its hash says whether it is the photo. */
async function isThere(path: string, photo: Photo, { variant, verify }: PullOptions): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined)
  if (facts === undefined || !facts.isFile()) return false
  if (variant !== 'original') return facts.size > 0
  if (facts.size !== photo.size_bytes) return false
  if (!verify && Math.abs(facts.mtimeMs - Date.parse(photo.taken_at)) < 2000) return true
  const same = (await hashOf(path)) === photo.sha256
  if (same) await setTime(path, photo)
  return same
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

const setTime = (path: string, { taken_at: taken }: Photo) => utimes(path, new Date(), new Date(taken))

/** Resumes what is there of it; a part that turns out to be something else is fetched anew, once. */
async function fetchOriginal(server: SitesServer, photo: Photo, target: string): Promise<number> {
  const part = `${target}.part`
  let received = 0
  for (let isSecond = false; ; isSecond = true) {
    received += await fetchRest(server, photo, part)
    if ((await stat(part)).size === photo.size_bytes && (await hashOf(part)) === photo.sha256) {
      await setTime(part, photo)
      await rename(part, target)
      return received
    }
    await rm(part, { force: true })
    if (isSecond) throw invalid('sha256', 'What came has another hash than the photo; the server may have damaged it.')
  }
}

/** A connection that breaks off is taken up again where it broke. */
async function fetchRest(server: SitesServer, photo: Photo, part: string): Promise<number> {
  const before = (await stat(part).catch(() => undefined))?.size ?? 0
  for (let left = mostBreaks; ; left -= 1) {
    try {
      await fetchInto(server, photo, 'original', part)
      return (await stat(part)).size - before
    } catch (error) {
      if (!(error instanceof BrokenOff) || left === 0) throw error
    }
  }
}

/** Made anew by the server it may have other bytes: never resumed. */
async function fetchVariant(server: SitesServer, photo: Photo, target: string, variant: PullVariant): Promise<number> {
  const part = `${target}.part`
  await rm(part, { force: true })
  const received = await fetchInto(server, photo, variant, part)
  await setTime(part, photo)
  await rename(part, target)
  return received
}

/** Appends what is missing. @returns bytes that came */
async function fetchInto(server: SitesServer, photo: Photo, variant: PullVariant, part: string): Promise<number> {
  const before = (await stat(part).catch(() => undefined))?.size ?? 0
  // All of it came before; only its hash was not looked at.
  if (variant === 'original' && before >= photo.size_bytes) return 0
  const link = (await server.send(`/v1/photos/${photo.id}/file/${variant}`)).headers.get('location')
  if (link === null) throw new DomainError('unavailable', 'The server gave no link to the photo.')
  const headers: Record<string, string> = before > 0 ? { range: `bytes=${before}-` } : {}
  const answer = await server.send(new URL(link, server.url).href, {
    headers: { ...headers, accept: '*/*' },
    withKey: false,
  })
  const file = await open(part, answer.status === 206 ? 'a' : 'w')
  let received = 0
  try {
    for await (const chunk of whileItComes(answer)) {
      await file.write(chunk)
      received += chunk.length
    }
    await file.datasync()
  } finally {
    await file.close()
  }
  return received
}

/** The connection broke; a disk that fails is another matter. */
class BrokenOff extends DomainError {
  constructor(cause: unknown) {
    super('unavailable', 'The connection broke off while a photo came.', { cause })
  }
}

async function* whileItComes({ body }: Response): AsyncGenerator<Uint8Array> {
  const chunks = body?.[Symbol.asyncIterator]()
  while (chunks !== undefined) {
    const next = await chunks.next().catch((error: unknown) => {
      throw error instanceof DomainError ? error : new BrokenOff(error)
    })
    if (next.done === true) return
    yield next.value
  }
}
