/** Which format bytes are, by their first bytes alone: names and declared types are not believed. */
import { DomainError } from '../../../core/errors.ts'
import { type ImageFormat, imageFormats } from '../../../core/processing/operations.ts'

/** How many bytes from the start `sniff` wants to see. */
export const sniffBytes = 4100

/**
 * The format of an image from its first bytes.
 * @throws DomainError unsupported_format for another known type, damaged_image for nothing known
 */
export async function sniff(head: Buffer): Promise<ImageFormat> {
  const format = match(head)
  if (format !== undefined) return format
  if (head.length === 0) throw new DomainError('damaged_image', 'The file is empty.')
  throw await refusal(head)
}

function match(head: Buffer): ImageFormat | undefined {
  const starts = (bytes: readonly number[], at = 0) => bytes.every((byte, index) => head[at + index] === byte)
  const text = (from: number, to: number) => head.toString('latin1', from, to)
  if (starts([0xff, 0xd8, 0xff])) return 'jpg'
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (starts([0x49, 0x49, 0x2a, 0]) || starts([0x4d, 0x4d, 0, 0x2a])) return 'tiff'
  if (starts([0x49, 0x49, 0x2b, 0]) || starts([0x4d, 0x4d, 0, 0x2b])) return 'tiff'
  if (text(4, 8) === 'ftyp' && isAvif(head)) return 'avif'
  return isSvg(head) ? 'svg' : undefined
}

/** An ISO media file whose brands name AV1 images; HEIC shares the container. */
function isAvif(head: Buffer): boolean {
  const end = Math.min(head.readUInt32BE(0), head.length)
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = head.toString('latin1', at, at + 4)
    if (brand === 'avif' || brand === 'avis') return true
  }
  return false
}

/** XML whose first element is `svg`, after a declaration, comments and a document type. */
function isSvg(head: Buffer): boolean {
  const utf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0x3c && head[1] === 0)
  const prologue = head
    .toString(utf16 ? 'utf16le' : 'utf8')
    .replace(/^\uFEFF/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
  return /^\s*(<\?[^>]*>\s*)*(<!DOCTYPE\s+svg[\s\S]*?)?<([\w-]+:)?svg[\s>/]/.test(prologue)
}

async function refusal(head: Buffer): Promise<DomainError> {
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  if (found === undefined) return new DomainError('damaged_image', 'The file is no image, or one too damaged to tell.')
  const known = imageFormats.join(', ')
  return new DomainError(
    'unsupported_format',
    `The file is ${found.ext} (${found.mime}), which is not supported here. Supported: ${known}.`,
  )
}
