/** `rt` and `fl` (image-urls.md section 4), on the finished picture of a step. */
import { fromPixels, rotatePixels, toPixels } from '../pixels.ts'
import { fillPixels } from './background.ts'
import { layOver } from './lay-over.ts'
import type { Work } from './run-parts.ts'

/** Corners that open up show the step's background colour, else nothing. */
export const rotateStep: Work = async (pixels, { rotate, background }) => {
  if (rotate === undefined || rotate === 'auto') return pixels
  const rotated = await rotatePixels(pixels, ((rotate % 360) + 360) % 360)
  return rotate % 90 !== 0 && background?.type === 'color'
    ? layOver(rotated, fillPixels(rotated, background.color))
    : rotated
}

export const flipStep: Work = async (pixels, { flip }) => {
  if (flip === undefined || !(flip.horizontal || flip.vertical)) return pixels
  return await toPixels(fromPixels(pixels).flop(flip.horizontal).flip(flip.vertical))
}
