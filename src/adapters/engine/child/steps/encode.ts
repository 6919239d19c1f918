/**
 * Writes the result. This step is the whole policy of formats, colours and metadata; compressing has a folder of its own.
 *
 * Colours: everything becomes 8-bit sRGB by its ICC profile (CMYK without one by a standard profile). Grey stays grey
 * in jpg, png and tiff; 16-bit png and tiff keep 16 bits when only geometry changed. 8-bit-only formats never see more.
 * Metadata: EXIF (with GPS and thumbnails), XMP, IPTC and ICC profiles are not written; the orientation is applied to
 * the pixels. Compress `low` keeps the ICC profile and with it the original colour numbers.
 * Nothing but a turn of a JPEG: its coefficients are turned, profile and colour numbers stay (lossless-turn.ts).
 * Quality: where none is asked for, a one-off edit writes jpg 85 (full chroma if the source had it), webp 82, avif 58, png and tiff lossless.
 */

import type { JpegOptions, PngOptions, Sharp } from 'sharp'
import type { CompressionLevel, ImageFormat } from '../../../../core/processing/operations.ts'
import { encodeBmp } from '../bmp.ts'
import { compress, hasCompressor } from '../compress/compress.ts'
import { createJob } from '../compress/job.ts'
import { compressSvg } from '../compress/svg.ts'
import type { Context, Encoded, Header, Picture } from '../picture.ts'
import { turnLossless } from './lossless-turn.ts'
import { forgetTurn } from './orient.ts'

/**
 * Up to here JPEG is written with optimised coding, which saves 2 to 3 % of the bytes and holds the whole picture: at 12
 * megapixels twice the CPU and 140 MB more. A one-off edit is about time, compressing about bytes.
 */
const optimisedPixels = { edit: 4_000_000, compress: 25_000_000 }

export async function encode(
  picture: Picture,
  context: Pick<Context, 'sources' | 'order' | 'tolerant' | 'limits'>,
): Promise<Encoded> {
  const header = context.sources[0]
  if (header === undefined) throw new Error('a job without a source')
  const { format, width, height, frames } = picture
  const turned = await turnLossless(picture, context)
  if (turned !== undefined) return { bytes: turned, format, width, height, frames }
  const { compress: level, quality } = context.order.output
  const bytes =
    level === undefined ? await write(picture, header, quality) : await small(picture, context, header, level)
  // What was repaired is better than the damaged source, however large.
  const comparable = level !== undefined && !picture.edited && !context.tolerant && format === header.format
  const worse = comparable && (bytes === undefined || bytes.length >= header.size)
  return {
    bytes: worse ? undefined : (bytes ?? (await write(picture, header, quality))),
    format,
    width,
    height,
    frames,
  }
}

async function small(
  picture: Picture,
  context: Pick<Context, 'sources' | 'order' | 'limits'>,
  header: Header,
  level: CompressionLevel,
): Promise<Buffer | undefined> {
  if (picture.format === 'svg') return await compressSvg(header, level)
  if (!hasCompressor(picture.format)) return undefined
  const image = (of: CompressionLevel) => colours({ ...picture, image: picture.image.clone() }, header, of)
  return await compress(createJob(picture, context, image), level)
}

/** As after any edit. */
async function write(picture: Picture, header: Header, quality: number | undefined): Promise<Buffer> {
  const { format } = picture
  if (format === 'svg') throw new Error('svg is not encoded from pixels')
  const image = colours({ ...picture, image: picture.image.clone() }, header, undefined)
  if (format === 'avif') {
    const plain = await forgetTurn({ ...picture, image }, header)
    return await encoder(plain, format, plain.image, header, quality).toBuffer()
  }
  if (format === 'bmp') return await encodeBmp(image, picture.alpha)
  return await encoder(picture, format, image, header, quality).toBuffer()
}

function encoder(
  picture: Picture,
  format: Exclude<ImageFormat, 'svg' | 'bmp'>,
  image: Sharp,
  header: Header,
  quality: number | undefined,
): Sharp {
  const timing = picture.frames > 1 ? { delay: [...picture.delay], loop: picture.loop } : {}
  switch (format) {
    case 'jpg':
      return image.jpeg({
        ...jpegOptions(picture.width * picture.height, header),
        ...(quality === undefined ? {} : { quality }),
      })
    case 'png':
      return image.png(pngOptions(picture, header))
    case 'webp':
      return image.webp({ quality: quality ?? 82, effort: 2, ...timing })
    case 'avif':
      return image.avif({ quality: quality ?? 58, effort: 2 })
    case 'gif':
      return image.gif({ effort: 4, keepDuplicateFrames: true, ...timing })
    case 'tiff':
      return image.tiff({ compression: 'lzw', predictor: 'horizontal' })
  }
}

function colours(picture: Picture, header: Header, level: CompressionLevel | undefined): Sharp {
  const exact = picture.format === 'jpg' || picture.format === 'png' || picture.format === 'tiff'
  const untouched = exact && picture.drawn !== true
  let image = picture.image
  if (header.deep) {
    // libvips works on 16-bit pictures with a profile in P3; they leave in sRGB like all others.
    if (header.profile) image = image.withIccProfile('srgb', { attach: false })
    const keepsDepth = untouched && picture.format !== 'jpg' && level === undefined
    return keepsDepth ? image.toColourspace(header.grey ? 'grey16' : 'rgb16') : image
  }
  const keepsNumbers = level === 'low' && header.profile && !header.cmyk
  if (keepsNumbers) image = image.keepIccProfile()
  return untouched && header.grey && (!header.profile || keepsNumbers) ? image.toColourspace('b-w') : image
}

/** Whether a JPEG of so many pixels gets Huffman tables of its own; the estimate of memory asks too. */
export function optimisesCoding(pixels: number, compress: boolean): boolean {
  return pixels <= (compress ? optimisedPixels.compress : optimisedPixels.edit)
}

function jpegOptions(pixels: number, header: Header): JpegOptions {
  const chromaSubsampling = header.format === 'jpg' && header.fullChroma ? '4:4:4' : '4:2:0'
  return { quality: 85, chromaSubsampling, optimiseCoding: optimisesCoding(pixels, false) }
}

function pngOptions(picture: Picture, header: Header): PngOptions {
  // A palette whose colours did not change would grow several times as true colour.
  return header.format === 'png' && header.palette && picture.drawn !== true && picture.scaled !== true
    ? { palette: true, quality: 100, effort: 2, dither: 0 }
    : { compressionLevel: 6 }
}
