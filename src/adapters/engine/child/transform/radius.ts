/** `r`: rounded corners, or an ellipse; what lies outside becomes transparent, the edge is smooth. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { cornersOf, visitCorners } from './corners.ts'

export function radiusStep(pixels: Pixels, { radius }: Step): Pixels {
  if (radius === undefined) return pixels
  const { width } = pixels
  const data = Buffer.from(pixels.data)
  visitCorners(pixels, cornersOf(radius, pixels), (x, y, cover) => {
    const at = (y * width + x) * 4
    // Nothing of the hidden colours is left in the file.
    if (cover === 0) data.fill(0, at, at + 4)
    else data[at + 3] = Math.round((data[at + 3] ?? 0) * cover)
  })
  return { ...pixels, data }
}
