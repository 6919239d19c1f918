/** `e-grayscale`: every colour becomes the grey that looks as light. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { luma } from './palette.ts'

export function grayscaleStep(pixels: Pixels, { grayscale }: Step): Pixels {
  if (grayscale === undefined) return pixels
  const from = pixels.data
  const data = Buffer.allocUnsafe(from.length)
  for (let at = 0; at < from.length; at += 4) {
    const grey = Math.round(luma(from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0))
    data[at] = grey
    data[at + 1] = grey
    data[at + 2] = grey
    data[at + 3] = from[at + 3] ?? 0
  }
  return { ...pixels, data }
}
