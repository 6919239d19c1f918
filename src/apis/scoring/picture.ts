/** The bytes of the picture that a request is about, wherever they come from (section 4). */
import { findFile } from '../../core/assets/find.ts'
import { DomainError } from '../../core/errors.ts'
import type { EngineSource } from '../../core/ports.ts'
import type { InputFormat } from '../../core/processing/operations.ts'
import type { Project } from '../../core/projects/records.ts'
import { createBase64Decoder } from './base64.ts'
import type { ScoringApi } from './endpoint.ts'
import { refusal } from './fields.ts'
import { base64Faults, type ImageSource } from './image-fields.ts'
import { fetchPicture } from './image-url.ts'
import type { StagedBytes } from './staging.ts'

export interface Picture {
  /** The same for the same bytes. */
  key: string
  /** By the bytes; undefined: no picture that can be read here. */
  format: InputFormat | undefined
  /** Keeps the bytes until `end` is called. */
  open(): Promise<{ source: EngineSource; end(): void | Promise<void> }>
  /** They are needed no more, but by those who have opened it. */
  discard(): Promise<void>
}

/** @throws DomainError of the URL (image-url.ts), invalid: no Base64, not_found: no such file */
export async function pictureOf(
  api: ScoringApi,
  project: Project,
  source: ImageSource,
  signal: AbortSignal,
): Promise<Picture> {
  if ('file' in source) return pictureOfFile(api, project, source.file)
  if ('url' in source) return ofBytes(api, await fetchPicture(api, source.url, signal))
  const { base64 } = source
  return ofBytes(api, typeof base64 === 'string' ? await decodeShort(api, base64) : base64.bytes)
}

function ofBytes({ engine }: ScoringApi, bytes: StagedBytes): Picture {
  return {
    key: bytes.sha256,
    format: engine.formatOf(bytes.head),
    async open() {
      const end = bytes.use()
      return { source: bytes.source(), end }
    },
    discard: bytes.discard,
  }
}

async function decodeShort({ staging }: ScoringApi, text: string): Promise<StagedBytes> {
  const decoder = createBase64Decoder()
  // What is no ASCII letter becomes one that Base64 has not.
  const bytes = decoder.write(Buffer.from(text.replaceAll(/[^\x00-\x7f]/g, '!')))
  const end = decoder.end()
  if ('fault' in end) throw refusal([{ field: 'image-base64', message: base64Faults[end.fault] }], 'base64_invalid')
  const writer = staging.open()
  await writer.write(bytes)
  await writer.write(end.bytes)
  return writer.end()
}

/** A file of the account's own library, its current version. */
async function pictureOfFile(api: ScoringApi, project: Project, id: string): Promise<Picture> {
  const asset = await findFile(api.store.read, { project }, id).catch(unknownFile)
  return {
    key: asset.blob,
    // The library knows it by the bytes, under the same names.
    format: formats.get(asset.format),
    async open() {
      const file = await api.blobs.localFile(asset.blob).catch(lostBlob)
      return { source: { path: file.path }, end: file.release }
    },
    discard: async () => {},
  }
}

/** The six of section 4, with `jpeg`. */
const formats: ReadonlyMap<string, InputFormat> = new Map(
  (['png', 'jpg', 'webp', 'heic', 'avif'] as const).map((format) => [format, format]),
)

/** @throws DomainError unsupported_format */
export function requireFormat({ format }: Picture): void {
  if (format !== undefined && formats.has(format)) return
  throw new DomainError(
    'unsupported_format',
    `The image is ${format === undefined ? 'none that can be read' : `a ${format.toUpperCase()}`}; send PNG, JPEG, WebP, HEIC or AVIF.`,
  )
}

/** The row is there and its bytes are not: nothing that the caller could mend. */
function lostBlob(cause: unknown): never {
  if (!(cause instanceof DomainError) || cause.code !== 'not_found') throw cause
  throw new DomainError('internal', 'The bytes of this file are missing on the server; report the request id.', {
    cause,
  })
}

function unknownFile(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== 'not_found') throw error
  throw new DomainError('not_found', 'The account has no file with this id in its library.', {
    param: 'file-id',
    extra: { code: 'file_not_found' },
    cause: error,
  })
}
