/** `rt` and `fl` (image-urls.md section 4), on the finished picture of a step. */
import { fromPixels, type Pixels, rotatePixels, toPixels } from '../pixels.ts'
import type { Work } from './run-parts.ts'

/** Corners that open up show the step's background colour, else nothing. */
export const rotateStep: Work = async (pixels, { rotate, background }) => {
  if (rotate === undefined || rotate === 'auto') return pixels
  const rotated = await rotatePixels(pixels, ((rotate % 360) + 360) % 360)
  return rotate % 90 !== 0 && background?.type === 'color' ? layOnColor(rotated, background.color) : rotated
}

export const flipStep: Work = async (pixels, { flip }) => {
  if (flip === undefined || !(flip.horizontal || flip.vertical)) return pixels
  return await toPixels(fromPixels(pixels).flop(flip.horizontal).flip(flip.vertical))
}

function layOnColor(
  { data: from, width, height }: Pixels,
  color: { red: number; green: number; blue: number; alpha: number },
): Pixels {
  const data = Buffer.from(from)
  const below = [color.red, color.green, color.blue]
  for (let at = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] ?? 0) / 255
    if (alpha === 1) continue
    const through = color.alpha * (1 - alpha)
    const sum = alpha + through
    for (let band = 0; band < 3; band++) {
      const value = (data[at + band] ?? 0) * alpha + (below[band] ?? 0) * through
      data[at + band] = sum === 0 ? 0 : Math.round(value / sum)
    }
    data[at + 3] = Math.round(sum * 255)
  }
  return { data, width, height }
}
