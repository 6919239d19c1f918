/** `e-colorize`: a tint; the picture in shades of one colour, mixed with the picture itself by the intensity. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { luma } from './palette.ts'

export function colorizeStep(pixels: Pixels, { colorize }: Step): Pixels {
  if (colorize === undefined) return pixels
  const { red, green, blue, alpha } = colorize.color
  const share = (colorize.intensity / 100) * alpha
  const shades = [red, green, blue].map((channel) => shadesOf(channel, luma(red, green, blue)))
  const [reds, greens, blues] = shades
  if (reds === undefined || greens === undefined || blues === undefined) throw new Error('three channels')
  const from = pixels.data
  const data = Buffer.allocUnsafe(from.length)
  for (let at = 0; at < from.length; at += 4) {
    const r = from[at] ?? 0
    const g = from[at + 1] ?? 0
    const b = from[at + 2] ?? 0
    const light = Math.round(luma(r, g, b))
    data[at] = Math.round(r + ((reds[light] ?? 0) - r) * share)
    data[at + 1] = Math.round(g + ((greens[light] ?? 0) - g) * share)
    data[at + 2] = Math.round(b + ((blues[light] ?? 0) - b) * share)
    data[at + 3] = from[at + 3] ?? 0
  }
  return { ...pixels, data }
}

/** A channel by lightness: from black through the colour, where that is as light as the pixel, to white. */
function shadesOf(channel: number, middle: number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, light) =>
    light <= middle && middle > 0
      ? (channel * light) / middle
      : 255 - ((255 - channel) * (255 - light)) / Math.max(1, 255 - middle),
  )
}
