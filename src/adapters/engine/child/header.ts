/** Reads what the header of a source says, without decoding pixels. */
import { open, readFile } from 'node:fs/promises'
import sharp, { type Metadata } from 'sharp'
import { DomainError } from '../../../core/errors.ts'
import type { ImageFacts, SourceOpening } from '../../../core/ports.ts'
import type { InputFormat } from '../../../core/processing/operations.ts'
import { decodeFailure } from './failures.ts'
import { decoderOf, type FallbackFormat, needsFallback } from './fallback/decoder.ts'
import type { Header, Input, MetadataBlocks } from './picture.ts'
import { sniff, sniffBytes } from './sniff.ts'
import { bytesOf } from './sources.ts'
import { sizedSvg } from './svg.ts'

/** Milliseconds a frame may stand, and plays, that the encoders take; a file may say more. */
const longestDelay = 65_535
const mostPlays = 65_535

/**
 * Opens a source: finds its format by its bytes and reads the header.
 * @throws DomainError unsupported_format, damaged_image, no_image, wrong_password
 */
export async function readHeader(source: Input, opening: SourceOpening = {}): Promise<Header> {
  return (await openHeader(source, opening)).header
}

/** A header and the metadata beside it. */
export interface OpenedHeader {
  header: Header
  metadata: MetadataBlocks
}

/** The same as `readHeader`, with the blocks of metadata. */
export async function openHeader(source: Input, opening: SourceOpening = {}): Promise<OpenedHeader> {
  const { head, size } = typeof source === 'string' ? await readHead(source) : { head: source, size: source.length }
  const format = await sniff(head.subarray(0, sniffBytes))
  if (needsFallback(format)) return await readEncoded(source, format, opening)
  // By path librsvg would read files beside the SVG.
  const input = format === 'svg' && typeof source === 'string' ? await readFile(source) : source
  if (format === 'svg') return { header: await readSvg(input), metadata: {} }
  const metadata = await readMetadata(input, format)
  return { header: toHeader(input, format, size, metadata), metadata }
}

/** The answer to `inspect`. */
export function toFacts(header: Header): ImageFacts {
  const { format, alpha } = header
  const frames = header.pages ?? header.frames
  const [width, height] = header.orientation > 4 ? [header.height, header.width] : [header.width, header.height]
  return { format, width, height, frames, alpha }
}

/** The first bytes of a source, at most as many as its markers and tables ever take. */
export async function readPrefix(input: Input, bytes = 512 * 1024): Promise<Buffer> {
  if (typeof input !== 'string') return input.subarray(0, bytes)
  const file = await open(input)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function readHead(path: string): Promise<{ head: Buffer; size: number }> {
  const file = await open(path)
  try {
    const [{ bytesRead, buffer }, { size }] = await Promise.all([
      file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0),
      file.stat(),
    ])
    return { head: buffer.subarray(0, bytesRead), size }
  } finally {
    await file.close()
  }
}

export async function readMetadata(input: Input, format: InputFormat, page = 0): Promise<Metadata> {
  // The limits are ours to check, with numbers in the message (limits.ts).
  const metadata = await sharp(input, { failOn: 'none', limitInputPixels: false, ...(page === 0 ? {} : { page }) })
    .metadata()
    .catch((error: unknown) => {
      throw decodeFailure(error)
    })
  if (format === 'avif' && metadata.compression !== 'av1') {
    throw new DomainError('unsupported_format', 'The file calls itself AVIF and is coded otherwise.')
  }
  return metadata
}

/** The header of a source for the fallback decoders, before it is decoded. */
async function readEncoded(input: Input, format: FallbackFormat, opening: SourceOpening): Promise<OpenedHeader> {
  const bytes = await bytesOf(input)
  const decoder = await decoderOf(format)
  const { width, height, alpha, pages, metadata = {} } = await decoder.announce(bytes, format, opening)
  const header: Header = {
    input,
    format,
    width,
    height,
    orientation: 1,
    frames: 1,
    delay: [],
    loop: 0,
    alpha,
    deep: false,
    grey: false,
    cmyk: false,
    profile: false,
    palette: false,
    fullChroma: false,
    interlaced: false,
    size: bytes.length,
    encoded: opening,
    pages,
  }
  return { header, metadata }
}

async function readSvg(input: Input): Promise<Header> {
  try {
    return toHeader(input, 'svg', input.length, await readMetadata(input, 'svg'))
  } catch (error) {
    // Without usable sides the renderer refuses: give it some, once.
    const sized = typeof input === 'string' ? undefined : sizedSvg(input)
    if (sized === undefined) throw error
    return { ...toHeader(sized, 'svg', input.length, await readMetadata(sized, 'svg')) }
  }
}

export function toHeader(input: Input, format: InputFormat, size: number, metadata: Metadata): Header {
  const paged = format === 'gif' || format === 'webp' || format === 'tiff'
  const frames = paged ? (metadata.pages ?? 1) : 1
  return {
    input,
    format,
    width: metadata.width,
    height: metadata.height,
    orientation: format === 'avif' || format === 'svg' ? 1 : (metadata.orientation ?? 1),
    frames,
    delay: frames > 1 ? (metadata.delay ?? []).map((ms) => Math.min(longestDelay, Math.max(0, ms))) : [],
    loop: frames > 1 ? Math.min(mostPlays, Math.max(0, metadata.loop ?? 0)) : 0,
    alpha: metadata.hasAlpha,
    deep: metadata.depth !== 'uchar',
    grey: metadata.space === 'b-w' || metadata.space === 'grey16',
    cmyk: metadata.space === 'cmyk',
    profile: metadata.hasProfile,
    palette: metadata.isPalette,
    fullChroma: metadata.chromaSubsampling?.startsWith('4:4:4') ?? false,
    interlaced: metadata.isProgressive,
    size,
  }
}
