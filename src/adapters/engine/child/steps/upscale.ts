/** Both sides 2 or 4 times as long (tasks-api.md section 6.6): exact Lanczos and a little sharpening, or a model. */
import sharp from 'sharp'
import { checkResult } from '../limits.ts'
import type { Context, Header, Picture } from '../picture.ts'
import { premultiply, unpremultiply } from '../pixels.ts'
import { inSrgb } from '../transform/colours.ts'
import { enlargeByModel } from '../upscale/by-model.ts'
import { enlarge, type Raster } from '../upscale/lanczos.ts'
import { turned } from './orient.ts'
import { stackFrames } from './turn.ts'

/**
 * Before anything is decoded. An SVG is drawn at the new size.
 * @throws DomainError out_of_range: the result would be too large
 */
export function planUpscale(
  picture: Picture,
  { order, sources, limits }: Pick<Context, 'order' | 'sources' | 'limits'>,
): Picture {
  const factor = order.operations.upscale?.factor
  if (factor === undefined) return picture
  const size = { width: picture.width * factor, height: picture.height * factor }
  checkResult({ ...picture, ...size }, limits)
  if (!isDrawn(sources[0])) return picture
  const stored = turned(size, picture.turn)
  const image = picture.image.resize(stored.width, stored.height, { fit: 'fill' })
  return { ...picture, ...size, image, edited: true, scaled: true }
}

/** How much larger the pixels are to become; 1: not at all, or they are drawn that large. */
export function pixelFactor({ order, sources }: Pick<Context, 'order' | 'sources'>): number {
  return isDrawn(sources[0]) ? 1 : (order.operations.upscale?.factor ?? 1)
}

const isDrawn = (header: Header | undefined) => header?.format === 'svg'

export async function upscale(
  picture: Picture,
  context: Pick<Context, 'order' | 'sources' | 'seeing'>,
): Promise<Picture> {
  const factor = pixelFactor(context)
  if (factor === 1) return picture
  const { frames } = picture
  const stack = await decode(picture, context.sources[0])
  const height = stack.height / frames
  const bytes = stack.width * height * stack.channels
  const larger: Buffer[] = []
  for (let frame = 0; frame < frames; frame++) {
    const one = { ...stack, height, data: stack.data.subarray(frame * bytes, (frame + 1) * bytes) }
    // Frames of animations would flicker.
    const seen = frames === 1 ? await byModel(one, factor, context) : undefined
    larger.push(seen ?? (await byFilter(one, factor)))
  }
  const { channels } = stack
  const size = { width: stack.width * factor, height: height * factor }
  const [first = Buffer.alloc(0)] = larger
  const raw = { ...size, channels: channels as 3 | 4 }
  const image = frames === 1 ? sharp(first, { raw, limitInputPixels: false }) : stackFrames(larger, size)
  return { ...picture, ...size, image, edited: true, scaled: true, drawn: true }
}

/** RGB, or RGBA where something may show through; a stack of all frames. */
async function decode(picture: Picture, header: Context['sources'][number] | undefined): Promise<Raster> {
  const colour = inSrgb(picture.image, header).toColourspace('srgb')
  const sighted = picture.alpha || picture.frames > 1 ? colour.ensureAlpha() : colour.removeAlpha()
  const { data, info } = await sighted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}

/** Undefined: there is none, it cannot be used, or the picture is too large for it. */
async function byModel(
  frame: Raster,
  factor: number,
  { order, seeing }: Pick<Context, 'order' | 'seeing'>,
): Promise<Buffer | undefined> {
  const model = order.models?.find(({ task, parameters }) => task === 'upscale' && parameters?.factor === factor)
  if (model === undefined || seeing === undefined) return undefined
  try {
    const larger = await enlargeByModel(frame, factor, model, seeing.sessions)
    return larger && (frame.channels < 4 ? larger.data : withAlpha(larger, enlargeStraight(frame, factor)))
  } catch (error) {
    seeing.failed(model, error)
    return undefined
  }
}

/** Lanczos, sharpened as measured (docs/upscale.md): nearer to the original than without; stronger shows at edges. */
async function byFilter(frame: Raster, factor: number): Promise<Buffer> {
  const { data, ...size } = enlargeStraight(frame, factor)
  const raw = { ...size, channels: size.channels as 3 | 4 }
  const sharpened = sharp(data, { raw, limitInputPixels: false }).sharpen({ sigma: factor / 2, m1: 0.3, m2: 0.6 })
  return await sharpened.raw().toBuffer()
}

function enlargeStraight(frame: Raster, factor: number): Raster {
  if (frame.channels < 4) return enlarge(frame, factor)
  const larger = enlarge({ ...frame, data: premultiply(frame.data) }, factor)
  return { ...larger, data: unpremultiply(larger.data) }
}

/** The colours of one, the alpha of the other. */
function withAlpha(colours: Raster, { data }: Raster): Buffer {
  for (let pixel = 0; pixel * 4 < data.length; pixel++) {
    colours.data.copy(data, pixel * 4, pixel * 3, pixel * 3 + 3)
  }
  return data
}
