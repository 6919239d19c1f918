/** The bytes of a photo that comes in (site-photos-api.md section 8): recognised by their beginning, durable before anything else. */
import type { Readable } from 'node:stream'
import { mediaTypeBytes } from '../assets/media-type.ts'
import { storeFile } from '../assets/upload-source.ts'
import type { StoredBytes } from '../blobs/stored.ts'
import { DomainError } from '../errors.ts'
import { type InputFormat, mediaTypes } from '../processing/operations.ts'
import type { SiteDeps } from './deps.ts'

/** "upload is not JPEG, PNG, WebP, HEIC, AVIF or TIFF" (section 3) */
export const photoFormats = ['jpg', 'png', 'webp', 'heic', 'avif', 'tiff'] as const satisfies InputFormat[]
export type PhotoFormat = (typeof photoFormats)[number]

export interface PhotoBytes {
  stored: StoredBytes
  /** The bytes are a file's of the library already. */
  shared?: true
  format: PhotoFormat
}

type Deps = Pick<SiteDeps, 'engine' | 'assets'>

/**
 * Stores what is a photo by its first bytes; of anything else nothing is written. The stream is left where reading ended.
 * @throws DomainError unsupported_format, too_large, storage_full, unavailable, cancelled
 */
export async function storePhoto(
  { engine, assets }: Deps,
  place: { project: string; signal: AbortSignal },
  bytes: Readable,
): Promise<PhotoBytes> {
  const format = photoFormat(engine.formatOf(await beginningOf(bytes)))
  return { format, stored: await storeFile(assets, place, bytes) }
}

/** @throws DomainError unsupported_format */
export function photoFormat(found: string | undefined): PhotoFormat {
  const format = photoFormats.find((one) => one === found)
  if (format !== undefined) return format
  const type = mediaTypes[found as InputFormat]
  throw new DomainError(
    'unsupported_format',
    `A photo is JPEG, PNG, WebP, HEIC, AVIF or TIFF; this file is ${type === undefined ? 'none of them' : type}.`,
    { param: 'file' },
  )
}

/** As much as telling formats apart takes, less only of a shorter file; the stream still begins with it. */
async function beginningOf(stream: Readable): Promise<Buffer> {
  for (;;) {
    const head: Buffer | null = stream.read(mediaTypeBytes)
    if (head !== null) {
      stream.unshift(head)
      return head
    }
    if (stream.errored) throw stream.errored
    if (stream.readableEnded || stream.destroyed) return Buffer.alloc(0)
    await moreOf(stream)
  }
}

function moreOf(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    const come = () => {
      stream.off('readable', come).off('end', come).off('close', come)
      resolve()
    }
    stream.on('readable', come).on('end', come).on('close', come)
  })
}
