/**
 * Compressing: fewer bytes at the same size in pixels, by levels. Each format has its own way (one file each); what holds
 * for all stands here. A result of a stronger level is never larger than one of a gentler level: `extreme` <=
 * `recommended` <= `low` <= the input.
 */
import type { CompressionLevel, ImageFormat } from '../../../../core/processing/operations.ts'
import { compressAvif } from './avif.ts'
import { compressGif } from './gif.ts'
import { type CompressJob, type Compressor, smallest } from './job.ts'
import { compressJpeg } from './jpeg.ts'
import { compressPng } from './png.ts'
import { compressTiff } from './tiff.ts'
import { compressWebp } from './webp.ts'

/** Formats without one are written as after any edit. */
const compressors: Partial<Record<ImageFormat, Compressor>> = {
  jpg: compressJpeg,
  png: compressPng,
  webp: compressWebp,
  avif: compressAvif,
  gif: compressGif,
  tiff: compressTiff,
}

const gentler: Partial<Record<CompressionLevel, CompressionLevel>> = { extreme: 'recommended', recommended: 'low' }

/**
 * The smallest file that the level and the gentler ones can make; undefined: none that the guard lets pass, so that the
 * source stays as it is.
 */
export async function compress(job: CompressJob, level: CompressionLevel): Promise<Buffer | undefined> {
  const make = compressors[job.picture.format]?.(job)
  let best: Buffer | undefined
  for (let each: CompressionLevel | undefined = level; make !== undefined && each !== undefined; each = gentler[each]) {
    const { bytes, sure } = await make(each)
    best = smallest(best, bytes)
    if (sure === true) break
  }
  return best
}

export const hasCompressor = (format: ImageFormat) => compressors[format] !== undefined
