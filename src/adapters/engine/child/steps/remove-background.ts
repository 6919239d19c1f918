/** Only the subject stays (tasks-api.md section 6, `removebackgroundimage`); what is behind it becomes transparent. */
import sharp from 'sharp'
import { cutOut, edgeSide } from '../cutout/cut-out.ts'
import { findSubject, subjectSide } from '../cutout/find-subject.ts'
import type { Drawing } from '../cutout/planes.ts'
import type { Context, Picture } from '../picture.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { inSrgb, seesThrough } from '../transform/colours.ts'

export async function removeBackground(
  picture: Picture,
  { order, sources }: Pick<Context, 'order' | 'sources'>,
): Promise<Picture> {
  if (order.operations.removeBackground !== true) return picture
  const pixels = await toPixels(inSrgb(picture.image, sources[0]))
  // What is see-through already has been cut out: there is no background left to judge.
  if (!seesThrough(pixels)) {
    const small = await draw(pixels, subjectSide)
    cutOut(pixels, await draw(pixels, edgeSide), findSubject(small, []), small)
  }
  return { ...picture, image: fromPixels(pixels), alpha: true, edited: true, drawn: true }
}

/** Rounded down in size as far as it goes. */
async function draw(pixels: Pixels, side: number): Promise<Drawing> {
  const scale = Math.min(1, side / Math.max(pixels.width, pixels.height))
  const width = Math.max(1, Math.round(pixels.width * scale))
  const height = Math.max(1, Math.round(pixels.height * scale))
  const { data } = await sharp(pixels.data, { raw: { ...sizeOf(pixels), channels: 4 }, limitInputPixels: false })
    .removeAlpha()
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width, height }
}

const sizeOf = ({ width, height }: Pixels) => ({ width, height })
