/** Both sides 2 or 4 times as long (tasks-api.md section 6.6): exact Lanczos and a little sharpening, or a model. */
import sharp from 'sharp'
import { checkResult } from '../limits.ts'
import type { Context, Picture } from '../picture.ts'
import { premultiply, unpremultiply } from '../pixels.ts'
import { inSrgb } from '../transform/colours.ts'
import { enlarge, type Raster } from '../upscale/lanczos.ts'
import { stackFrames } from './turn.ts'

/** Before anything is decoded. @throws DomainError out_of_range: the result would be too large */
export function planUpscale(picture: Picture, { order, limits }: Pick<Context, 'order' | 'limits'>): Picture {
  const factor = order.operations.upscale?.factor
  if (factor === undefined) return picture
  checkResult({ ...picture, width: picture.width * factor, height: picture.height * factor }, limits)
  return picture
}

export async function upscale(picture: Picture, context: Pick<Context, 'order' | 'sources'>): Promise<Picture> {
  const factor = context.order.operations.upscale?.factor
  if (factor === undefined) return picture
  const { frames } = picture
  const stack = await decode(picture, context.sources[0])
  const height = stack.height / frames
  const bytes = stack.width * height * stack.channels
  const larger: Raster[] = []
  for (let frame = 0; frame < frames; frame++) {
    const one = { ...stack, height, data: stack.data.subarray(frame * bytes, (frame + 1) * bytes) }
    larger.push(enlargeFrame(one, factor))
  }
  const [first] = larger
  if (first === undefined) throw new Error('a picture without frames')
  const size = { width: first.width, height: first.height }
  const image =
    frames === 1
      ? sharpened(first, factor)
      : stackFrames(await Promise.all(larger.map((one) => sharpened(one, factor).ensureAlpha().raw().toBuffer())), size)
  return { ...picture, ...size, image, alpha: picture.alpha, edited: true, scaled: true, drawn: true }
}

/** RGB, or RGBA where something may show through; a stack of all frames. */
async function decode(picture: Picture, header: Context['sources'][number] | undefined): Promise<Raster> {
  const colour = inSrgb(picture.image, header).toColourspace('srgb')
  const sighted = picture.alpha || picture.frames > 1 ? colour.ensureAlpha() : colour.removeAlpha()
  const { data, info } = await sighted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}

function enlargeFrame(frame: Raster, factor: number): Raster {
  if (frame.channels < 4) return enlarge(frame, factor)
  const larger = enlarge({ ...frame, data: premultiply(frame.data) }, factor)
  return { ...larger, data: unpremultiply(larger.data) }
}

/** Measured (docs/upscale.md): nearer to the original than without; stronger shows at edges. */
function sharpened({ data, ...raw }: Raster, factor: number) {
  const channels = raw.channels as 3 | 4
  return sharp(data, { raw: { ...raw, channels }, limitInputPixels: false }).sharpen({
    sigma: factor / 2,
    m1: 0.3,
    m2: 0.6,
  })
}
