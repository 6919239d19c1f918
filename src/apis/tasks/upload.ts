/** `POST /v1/upload` (tasks-api.md sections 4.1 and 4.2): files, parts of files, and URLs, in three encodings. */
import { z } from 'zod'
import { discardBytes, type StoredBytes } from '../../core/blobs/stored.ts'
import type { Caller } from '../../core/caller.ts'
import { DomainError, invalid } from '../../core/errors.ts'
import { fileKeyOf, isSameFileKey } from '../../core/keys/file-key.ts'
import type { TaskFile } from '../../core/tasks/records.ts'
import { addUpload, storeUpload } from '../../core/tasks/upload.ts'
import { addChunk } from '../../core/tasks/upload-chunk.ts'
import { addUploadFromUrl } from '../../core/tasks/upload-url.ts'
import { type FilePart, readBody } from '../../http/body.ts'
import { echoTo, isDebug } from './debug.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { fileKeyText, integer, nameText, parse, text } from './fields.ts'

export const uploadSchema = z.object({
  task: text(200),
  cloud_file: text(8000),
  cloud_token: text(8000),
  filename: nameText,
  name: nameText,
  chunk: integer(0, 99_999),
  chunks: integer(1, 100_000),
  file_encryption_key: fileKeyText,
})
type UploadParams = z.output<typeof uploadSchema>

interface ReceivedFile {
  /** Name of the form's part. */
  field: string
  filename: string | undefined
  stored: StoredBytes
}

const maxFiles = 100

async function upload(context: EndpointContext) {
  const { api, caller, request } = context
  // Files not yet linked to the task: whatever refuses the request, they are deleted.
  const received: ReceivedFile[] = []
  try {
    const body = await readBody(request.raw, api.bodyLimits, (part) => receive(context, received, part))
    // Found out after the files: they are discarded like those of a refused request.
    if (isDebug(body)) {
      const files = received.map(({ field, filename, stored }) => ({ field, filename, size: stored.size }))
      return echoTo(context, body, files)
    }
    const params = parse(uploadSchema, { ...context.params, ...body })
    if (params.task === undefined) throw invalid('task', 'task cannot be blank; give the id that /v1/start answered.')
    checkChunk(params)
    checkKey(caller, params)
    if (params.chunks !== undefined && params.chunks > 1) return await uploadChunk(context, params, received)
    if (received.length > 0) return await uploadFiles(context, params, received)
    if (params.cloud_file !== undefined) return uploadResource(await fromUrl(context, params))
    throw invalid(
      'file',
      'Neither file nor cloud_file is given; send the file as multipart/form-data, or a URL as cloud_file.',
    )
  } finally {
    await Promise.all(received.map(({ stored }) => discardBytes(api.deps.blobs, stored)))
    if (caller.signal.aborted) request.raw.destroy()
  }
}

/** "chunk >= chunks … -> 400" (section 4.2); both absent or 0 of 1 is a plain upload. */
function checkChunk({ chunk, chunks = 1 }: UploadParams): void {
  if (chunk === undefined && chunks > 1)
    throw invalid('chunk', 'chunk cannot be blank when chunks is given; it counts from 0.')
  if (chunk !== undefined && chunk >= chunks)
    throw invalid('chunk', `chunk must be below chunks (${chunks}); it counts from 0.`)
}

/** The bytes may come before the field: it cannot encrypt them, and must not be ignored either. */
function checkKey({ fileKey }: Caller, { file_encryption_key: given }: UploadParams): void {
  if (given === undefined || (fileKey !== undefined && isSameFileKey(fileKey, fileKeyOf(given)))) return
  throw invalid(
    'file_encryption_key',
    'An upload is encrypted by the claim file_encryption_key of its token, not by a field; send a token with the claim.',
  )
}

async function receive({ api, caller }: EndpointContext, received: ReceivedFile[], part: FilePart): Promise<void> {
  if (received.length >= maxFiles)
    throw invalid(part.field, `More than ${maxFiles} files in one request; send the rest in another.`)
  const stored = await storeUpload(api.deps, caller, part.stream).catch((error: unknown) => {
    // The blob store knows no parameter names.
    if (error instanceof DomainError && error.code === 'too_large')
      throw new DomainError('too_large', error.message, { param: part.field, cause: error })
    throw error
  })
  const unnamed = part.filename === undefined || part.filename === ''
  // An empty, unnamed part is a form field that was left blank.
  if (unnamed && stored.size === 0) await discardBytes(api.deps.blobs, stored)
  else received.push({ field: part.field, filename: part.filename, stored })
}

/** Several files answer with the first one's fields and a list of all. */
async function uploadFiles({ api, caller }: EndpointContext, params: UploadParams, received: ReceivedFile[]) {
  const files: TaskFile[] = []
  for (let next = received.shift(); next !== undefined; next = received.shift()) {
    const name = params.name ?? params.filename ?? next.filename
    files.push(
      await addUpload(api.deps, caller, params.task ?? '', next.stored, files.length === 0 ? name : next.filename),
    )
  }
  const [first] = files
  if (first === undefined) throw new DomainError('internal', 'No file was stored.')
  return { ...uploadResource(first), ...(files.length > 1 ? { files: files.map(uploadResource) } : {}) }
}

async function uploadChunk({ api, caller }: EndpointContext, params: UploadParams, received: ReceivedFile[]) {
  const { chunk: index = 0, chunks: total = 1 } = params
  const part = received.shift()
  if (part === undefined)
    throw invalid('file', 'file cannot be blank; send the bytes of this chunk as multipart/form-data.')
  const filename = params.name ?? params.filename ?? part.filename
  const answer = await addChunk(api.deps, caller, { task: params.task ?? '', filename, index, total }, part.stored)
  if (answer.file !== undefined) return uploadResource(answer.file)
  return { server_filename: answer.serverFilename, filename: filename ?? 'file', filesize: part.stored.size }
}

function fromUrl({ api, caller }: EndpointContext, params: UploadParams): Promise<TaskFile> {
  const filename = params.filename ?? params.name
  return addUploadFromUrl(api.deps, caller, {
    task: params.task ?? '',
    url: params.cloud_file ?? '',
    ...(params.cloud_token === undefined ? {} : { token: params.cloud_token }),
    ...(filename === undefined ? {} : { filename }),
  }).catch((error: unknown) => {
    // The fetcher knows no parameter names.
    if (
      error instanceof DomainError &&
      (error.code === 'fetch_failed' || error.code === 'invalid') &&
      error.param === undefined
    ) {
      throw new DomainError(error.code, error.message, { param: 'cloud_file', cause: error.cause })
    }
    throw error
  })
}

function uploadResource({ serverFilename, filename, size, width, height }: TaskFile) {
  return {
    server_filename: serverFilename,
    filename,
    filesize: size,
    ...(width === null || height === null ? {} : { width, height }),
  }
}

export const uploadEndpoints: Endpoint[] = [
  { method: 'POST', path: '/upload', level: 'write', creates: true, body: 'streamed', handle: upload },
]
