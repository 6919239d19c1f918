/**
 * Writes the result. This step is the whole policy of formats, colours and metadata.
 *
 * Colours: everything becomes 8-bit sRGB by its ICC profile (CMYK without one by a standard profile). Grey stays grey
 * in jpg, png and tiff; 16-bit png and tiff keep 16 bits when only geometry changed. 8-bit-only formats never see more.
 * Metadata: EXIF (with GPS and thumbnails), XMP, IPTC and ICC profiles are not written; the orientation is applied to
 * the pixels. Compress `low` keeps the ICC profile and with it the original colour numbers.
 * Quality: a one-off edit writes jpg 85 (full chroma if the source had it), webp 82, avif 58, png and tiff lossless.
 */

import { readFile } from 'node:fs/promises'
import type { AvifOptions, GifOptions, JpegOptions, PngOptions, Sharp, TiffOptions, WebpOptions } from 'sharp'
import type { CompressionLevel, ImageFormat } from '../../../../core/processing/operations.ts'
import { encodeBmp } from '../bmp.ts'
import type { Context, Encoded, Header, Picture } from '../picture.ts'
import { minifySvg } from '../svg.ts'

/**
 * Up to here JPEG is written with optimised coding, which saves 2 to 3 % of the bytes and holds the whole picture: at 12
 * megapixels twice the CPU and 140 MB more. A one-off edit is about time, compressing about bytes.
 */
const optimisedPixels = { edit: 4_000_000, compress: 25_000_000 }
/** Up to here the slow encoders that gain a quarter of the bytes are worth their nine-fold CPU. */
const slowPixels = 4_000_000

export async function encode(
  picture: Picture,
  { sources, order, tolerant }: Pick<Context, 'sources' | 'order' | 'tolerant'>,
): Promise<Encoded> {
  const header = sources[0]
  if (header === undefined) throw new Error('a job without a source')
  const { format, width, height, frames } = picture
  const compress = order.output.compress
  const bytes = await encodedBytes(picture, header, compress)
  // What was repaired is better than the damaged source, however large.
  const comparable = compress !== undefined && !picture.edited && !tolerant
  const worse = comparable && format === header.format && bytes.length >= header.size
  return { bytes: worse ? undefined : bytes, format, width, height, frames }
}

function encodedBytes(picture: Picture, header: Header, level: CompressionLevel | undefined): Promise<Buffer> {
  switch (picture.format) {
    case 'svg':
      return svg(header)
    case 'bmp':
      return encodeBmp(colours(picture, header, level), picture.alpha)
    default:
      return write(picture, picture.format, header, level).toBuffer()
  }
}

async function svg(header: Header): Promise<Buffer> {
  return minifySvg(typeof header.input === 'string' ? await readFile(header.input) : header.input)
}

function write(
  picture: Picture,
  format: Exclude<ImageFormat, 'svg' | 'bmp'>,
  header: Header,
  level: CompressionLevel | undefined,
): Sharp {
  const image = colours(picture, header, level)
  const pixels = picture.width * picture.height
  const timing = picture.frames > 1 ? { delay: [...picture.delay], loop: picture.loop } : {}
  switch (format) {
    case 'jpg':
      return image.jpeg(jpegOptions(level, pixels, header))
    case 'png':
      return image.png(pngOptions(level, picture, header))
    case 'webp':
      return image.webp({ ...webpOptions(level, pixels), ...timing })
    case 'avif':
      return image.avif(avifOptions(level))
    case 'gif':
      return image.gif({ ...gifOptions(level), ...timing })
    case 'tiff':
      return image.tiff(tiffOptions(level, picture.alpha || header.deep))
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

function jpegOptions(level: CompressionLevel | undefined, pixels: number, header: Header): JpegOptions {
  const optimiseCoding = optimisesCoding(pixels, level !== undefined)
  const chromaSubsampling = header.format === 'jpg' && header.fullChroma ? '4:4:4' : '4:2:0'
  const slow = pixels <= slowPixels
  switch (level) {
    case undefined:
      return { quality: 85, chromaSubsampling, optimiseCoding }
    case 'low':
      return { quality: 88, chromaSubsampling, optimiseCoding }
    case 'recommended':
      return slow ? { quality: 75, mozjpeg: true } : { quality: 75, optimiseCoding }
    case 'extreme':
      return slow ? { quality: 52, mozjpeg: true } : { quality: 52, optimiseCoding }
  }
}

function pngOptions(level: CompressionLevel | undefined, picture: Picture, header: Header): PngOptions {
  switch (level) {
    case undefined:
      // A palette whose colours did not change would grow several times as true colour.
      return header.format === 'png' && header.palette && picture.drawn !== true && picture.scaled !== true
        ? { palette: true, quality: 100, effort: 2, dither: 0 }
        : { compressionLevel: 6 }
    case 'low':
      return { compressionLevel: 9, adaptiveFiltering: true }
    case 'recommended':
      return { palette: true, quality: 90, effort: 2, compressionLevel: 9 }
    case 'extreme':
      return { palette: true, quality: 60, colours: 96, effort: 3, compressionLevel: 9 }
  }
}

function webpOptions(level: CompressionLevel | undefined, pixels: number): WebpOptions {
  const effort = pixels <= slowPixels ? 4 : 2
  switch (level) {
    case undefined:
      return { quality: 82, effort: 2 }
    case 'low':
      return { quality: 85, effort }
    case 'recommended':
      return { quality: 72, effort }
    case 'extreme':
      return { quality: 50, effort }
  }
}

function avifOptions(level: CompressionLevel | undefined): AvifOptions {
  switch (level) {
    case undefined:
      return { quality: 58, effort: 2 }
    case 'low':
      return { quality: 62, effort: 2 }
    case 'recommended':
      return { quality: 48, effort: 2 }
    case 'extreme':
      return { quality: 35, effort: 2 }
  }
}

function gifOptions(level: CompressionLevel | undefined): GifOptions {
  switch (level) {
    case undefined:
      return { effort: 4, keepDuplicateFrames: true }
    case 'low':
      return { effort: 7, keepDuplicateFrames: true }
    case 'recommended':
      return { effort: 7, colours: 128, interFrameMaxError: 4, interPaletteMaxError: 8, keepDuplicateFrames: true }
    case 'extreme':
      return {
        effort: 7,
        colours: 64,
        interFrameMaxError: 10,
        interPaletteMaxError: 16,
        dither: 0.6,
        keepDuplicateFrames: true,
      }
  }
}

function tiffOptions(level: CompressionLevel | undefined, exact: boolean): TiffOptions {
  if (level === 'extreme' && !exact) return { compression: 'jpeg', quality: 75 }
  return { compression: level === undefined ? 'lzw' : 'deflate', predictor: 'horizontal' }
}
