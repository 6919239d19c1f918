/**
 * Writes a picture for delivery (image-urls.md section 5): formats, quality and metadata as URLs ask for them.
 *
 * JPEG: libjpeg-turbo, coding optimised below 25 megapixels, for above it holds the whole picture. WebP and AVIF: effort 2.
 * Metadata is left out unless `md` asks for all of it or `cp` for the colour profile; colours become 8-bit sRGB.
 */
import type { Sharp } from 'sharp'
import type { ImageFormat } from '../../../../core/processing/operations.ts'
import type { Output } from '../../../../core/processing/transformation.ts'
import { encodeBmp } from '../bmp.ts'
import { checkResult } from '../limits.ts'
import type { Context, Encoded, Header, Picture } from '../picture.ts'
import { fromPixels, toPixels } from '../pixels.ts'
import { openSource } from '../steps/load.ts'
import { forgetTurn } from '../steps/orient.ts'
import { inSrgb, seesThrough } from './colours.ts'
import { animates, deliveredFormat } from './format.ts'

const defaultQuality = 80
/** Up to here JPEG gets Huffman tables of its own. */
const optimisedPixels = 25_000_000

export async function encodeDelivered(picture: Picture, context: Omit<Context, 'admit'>): Promise<Encoded> {
  const header = context.sources[0]
  if (header === undefined) throw new Error('a job without a source')
  const decided = await decide(picture, header, context)
  const { format } = decided
  const frames = animates(format) ? picture.frames : 1
  const one = frames === picture.frames ? decided.picture : await firstFrame(decided.picture, header)
  const { width, height } = one
  checkResult({ format, width, height, frames }, context.limits)
  const flat = format === 'jpg' && one.alpha ? withoutAlpha(one) : one
  const bytes = await write(flat, format, header, context)
  return { bytes, format, width, height, frames }
}

/** The format, for which the pixels are looked at where transparency decides. */
async function decide(picture: Picture, header: Header, context: Omit<Context, 'admit'>) {
  const format = deliveredFormat(picture, context)
  if (format !== undefined) return { format, picture }
  const pixels = await toPixels(inSrgb(picture.image, header))
  const alpha = seesThrough(pixels)
  const image = alpha ? fromPixels(pixels) : fromPixels(pixels).removeAlpha()
  return { format: alpha ? ('png' as const) : ('jpg' as const), picture: { ...picture, image, alpha, drawn: true } }
}

async function firstFrame(picture: Picture, header: Header): Promise<Picture> {
  const { data, width } = await toPixels(inSrgb(picture.image, header))
  const { height } = picture
  const image = fromPixels({ data: data.subarray(0, width * height * 4), width, height })
  return { ...picture, image, frames: 1, alpha: true, drawn: true }
}

/** "Background: default black" (section 3). */
function withoutAlpha(picture: Picture): Picture {
  return { ...picture, alpha: false, image: picture.image.flatten({ background: '#000000' }) }
}

async function write(
  picture: Picture,
  format: ImageFormat,
  header: Header,
  context: Omit<Context, 'admit'>,
): Promise<Buffer> {
  const asked = picture.asked ?? {}
  const image = await withMetadata(picture, format, header, context)
  if (format === 'bmp') return await encodeBmp(image, picture.alpha)
  return await encoder(image, picture, format, asked).toBuffer()
}

function encoder(image: Sharp, picture: Picture, format: Exclude<ImageFormat, 'bmp'>, asked: Output): Sharp {
  const { quality = defaultQuality, lossless = false, progressive = false } = asked
  const timing = picture.frames > 1 ? { delay: [...picture.delay], loop: picture.loop } : {}
  switch (format) {
    case 'jpg':
      return image.jpeg({
        quality,
        progressive,
        optimiseCoding: optimisesDelivered(picture),
        ...(asked.fullColor ? { chromaSubsampling: '4:4:4' } : {}),
      })
    case 'webp':
      return image.webp({ ...(lossless ? { lossless } : { quality }), effort: 2, ...timing })
    case 'avif':
      return image.avif({ quality, effort: 2 })
    case 'png':
      return image.png({ compressionLevel: 6 })
    case 'gif':
      return image.gif({ effort: 4, keepDuplicateFrames: true, ...timing })
    case 'tiff':
      return image.tiff({ compression: 'lzw', predictor: 'horizontal' })
    case 'svg':
      throw new Error('svg is not encoded from pixels')
  }
}

/** Whether a JPEG of these sides gets Huffman tables of its own; the estimate of memory asks too. */
export function optimisesDelivered({ width, height }: { width: number; height: number }): boolean {
  return width * height < optimisedPixels
}

/** `md` and `cp`. A picture that was worked on in memory gets what its source carries, and an sRGB profile. */
async function withMetadata(
  picture: Picture,
  format: ImageFormat,
  header: Header,
  context: Omit<Context, 'admit'>,
): Promise<Sharp> {
  const { metadata = false, profile = false } = picture.asked ?? {}
  const { image, drawn = false } = picture
  if (metadata) {
    const carrying = drawn && picture.frames === 1 ? await onSource(picture, header, context) : image
    return carrying.withMetadata({ orientation: 1 })
  }
  if (profile && format !== 'avif' && header.profile) {
    return drawn || header.deep ? image.withIccProfile('srgb') : image.keepIccProfile()
  }
  // Grey costs a third of colour where the format knows it.
  const grey = header.grey && !header.profile && !drawn && (format === 'jpg' || format === 'png')
  if (grey) return image.toColourspace('b-w')
  const plain = inSrgb(image, header)
  return format === 'avif' ? (await forgetTurn({ ...picture, image: plain }, header)).image : plain
}

/** The finished picture laid over its source, whose metadata the encoder then finds. */
async function onSource(picture: Picture, header: Header, context: Omit<Context, 'admit'>): Promise<Sharp> {
  const { data, width, height } = await toPixels(picture.image)
  const laid = openSource(header, context, false)
    .resize(width, height, { fit: 'fill' })
    .composite([{ input: data, raw: { width, height, channels: 4 }, blend: 'source' }])
  return picture.alpha ? laid : laid.removeAlpha()
}
