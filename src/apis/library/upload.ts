/** `POST /api/v1/files/upload` (media-library-api.md section 5.1). */
import { z } from 'zod'
import { fileName, folderPath } from '../../core/assets/names.ts'
import { addAsset, type Content } from '../../core/assets/upload.ts'
import { discardBytes, type StoredBytes, storeBytes } from '../../core/blobs/stored.ts'
import { DomainError, invalid } from '../../core/errors.ts'
import { mediaTypes } from '../../core/processing/operations.ts'
import { type FilePart, readBody } from '../../http/body.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { flag, parse, text } from './fields.ts'
import { uploadAnswer, urlEndpointOf } from './resource.ts'

export const uploadSchema = z.object({
  fileName: text(1000),
  folder: text(4000),
  useUniqueFileName: flag(true),
  overwriteFile: flag(true),
  tags: text(1000),
  isPrivateFile: flag(false),
  isPublished: flag(true),
  description: text(10_000),
})

async function upload(context: EndpointContext) {
  const { api, caller, request } = context
  const received: StoredBytes[] = []
  const body = await readBody(request.raw, api.bodyLimits, async (part) => {
    received.push(await receive(context, part))
  }).catch(async (error: unknown) => {
    await Promise.all(received.map((stored) => discardBytes(api.deps.blobs, stored)))
    throw error
  })
  const [stored] = received
  if (stored === undefined) throw invalid('file', 'Your request is missing file parameter.')
  const params = parse(uploadSchema, body)
  if (params.fileName === undefined) throw invalid('fileName', 'Your request is missing fileName parameter.')
  const asset = await addAsset(api.deps, caller, {
    folder: folderPath(params.folder ?? '', 'folder'),
    name: fileName(params.fileName, 'fileName'),
    unique: params.useUniqueFileName,
    overwrite: params.overwriteFile,
    stored,
    content: await contentOf(context, stored),
    tags: params.tags?.split(',').map((tag) => tag.trim()) ?? [],
    isPrivate: params.isPrivateFile,
    isPublished: params.isPublished,
    customCoordinates: null,
    description: params.description ?? null,
  })
  return uploadAnswer(asset, urlEndpointOf(context))
}

function receive({ api, caller }: EndpointContext, { stream }: FilePart): Promise<StoredBytes> {
  const { blobs, maxUploadBytes: maxBytes } = api.deps
  return storeBytes(blobs, caller.project.id, stream, { maxBytes, signal: caller.signal })
}

/** What the bytes are; no image: a plain file. */
async function contentOf({ api, caller }: EndpointContext, stored: StoredBytes): Promise<Content> {
  const { path, release } = await api.deps.blobs.localFile(stored.key, caller.signal)
  const none = { orientation: null, embeddedMetadata: null }
  try {
    const options = { lane: 'interactive', deadlineMs: 10_000, signal: caller.signal } as const
    const { format, width, height, alpha } = await api.deps.engine.inspect({ path }, options)
    return { ...none, mime: mediaTypes[format], format, kind: 'image', width, height, alpha }
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'cancelled' || error.code === 'unavailable')) throw error
    const mime = 'application/octet-stream'
    return { ...none, mime, format: 'bin', kind: 'non-image', width: null, height: null, alpha: null }
  } finally {
    release()
  }
}

export const uploadEndpoints: Endpoint[] = [
  { method: 'POST', path: '/api/v1/files/upload', group: 'uploads', level: 'write', body: 'streamed', handle: upload },
]
