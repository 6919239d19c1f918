/**
 * Decoders in WebAssembly for the formats that sharp does not read. They are large and are loaded at the first such
 * source; jobs that have one run in children of their own (../../engine.ts), so that the ordinary ones stay small.
 */
import type { SourceOpening } from '../../../../core/ports.ts'
import type { InputFormat } from '../../../../core/processing/operations.ts'
import type { MetadataBlocks } from '../picture.ts'

const readBySharp: readonly InputFormat[] = ['jpg', 'png', 'gif', 'webp', 'avif', 'tiff', 'svg']

export type FallbackFormat = Exclude<InputFormat, 'jpg' | 'png' | 'gif' | 'webp' | 'avif' | 'tiff' | 'svg'>

export function needsFallback(format: InputFormat): format is FallbackFormat {
  return !readBySharp.includes(format)
}

/** What a header says, before pixels are decoded. */
export interface Announced {
  width: number
  height: number
  alpha: boolean
  /** Pages of a document; 1 for images. */
  pages: number
  /** Where the decoder finds metadata. */
  metadata?: MetadataBlocks
}

export interface Decoder {
  /** @throws DomainError damaged_image, no_image, wrong_password, out_of_range */
  announce(bytes: Buffer, format: FallbackFormat, opening: SourceOpening): Promise<Announced>
  /**
   * The picture, upright, as an uncompressed TIFF with its colour profile. `tolerant`: what can be read of damage.
   * @throws DomainError damaged_image, no_image, wrong_password, out_of_range
   */
  decode(bytes: Buffer, format: FallbackFormat, opening: SourceOpening, tolerant: boolean): Promise<Buffer>
}

export async function decoderOf(format: FallbackFormat): Promise<Decoder> {
  if (format === 'pdf') return (await import('./pdf.ts')).pdfDecoder
  return (await import('./magick.ts')).magickDecoder
}
