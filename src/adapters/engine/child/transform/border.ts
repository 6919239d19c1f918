/** `b`: a line around the picture, outside of it, which follows its rounded corners. */
import { DomainError } from '../../../../core/errors.ts'
import { evaluate } from '../../../../core/processing/amounts.ts'
import type { Step } from '../../../../core/processing/transformation.ts'
import { checkSize } from '../limits.ts'
import type { Pixels } from '../pixels.ts'
import { fillPixels } from './background.ts'
import { cornersOf, coverAt, visitCorners, widen } from './corners.ts'

import { knownOf } from './known.ts'
import type { Around } from './run-parts.ts'

/** @throws DomainError invalid: a width below 0; out_of_range: with it the picture is larger than allowed */
export function borderStep(pixels: Pixels, { border, radius }: Step, around: Around): Pixels {
  if (border === undefined) return pixels
  const width = Math.round(evaluate(border.width, knownOf(around)))
  if (width < 0) {
    throw new DomainError('invalid', `The border "b" would be ${width} pixels wide; give 0 or more.`, { param: 'tr' })
  }
  if (width === 0) return pixels
  const size = { width: pixels.width + 2 * width, height: pixels.height + 2 * width }
  checkSize('The picture with its border "b"', { ...size, frames: 1 }, around.context.limits)

  const framed = fillPixels(size, border.color)
  const inner = cornersOf(radius, pixels)
  const outer = widen(inner, width)
  visitCorners(size, outer, (x, y, cover) => {
    framed.data[(y * size.width + x) * 4 + 3] = Math.round(border.color.alpha * 255 * cover)
  })
  for (let row = 0; row < pixels.height; row++) {
    const from = row * pixels.width * 4
    pixels.data.copy(framed.data, ((row + width) * size.width + width) * 4, from, from + pixels.width * 4)
  }
  // Where the picture's edge covers a pixel in part, the line has the rest of it.
  visitCorners(pixels, inner, (x, y, cover) => {
    const at = ((y + width) * size.width + x + width) * 4
    const line = Math.max(0, coverAt(size, outer, x + width, y + width) - cover) * border.color.alpha
    addColor(framed.data, at, border.color, line)
  })
  return framed
}

/** A colour beside what is there already, in the part of the pixel that is free. */
function addColor(
  data: Buffer,
  at: number,
  { red, green, blue }: { red: number; green: number; blue: number },
  alpha: number,
) {
  const there = (data[at + 3] ?? 0) / 255
  const whole = Math.min(1, there + alpha)
  if (whole === 0) return data.fill(0, at, at + 4)
  const mix = (old: number, fresh: number) => Math.round((old * there + fresh * (whole - there)) / whole)
  data[at] = mix(data[at] ?? 0, red)
  data[at + 1] = mix(data[at + 1] ?? 0, green)
  data[at + 2] = mix(data[at + 2] ?? 0, blue)
  data[at + 3] = Math.round(whole * 255)
}
