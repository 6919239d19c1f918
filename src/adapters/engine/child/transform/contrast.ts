/** `e-contrast`: stretches the lightness of what is seen over the whole range, the same for all channels, so hues stay. */
import type { Step } from '../../../../core/processing/transformation.ts'
import type { Pixels } from '../pixels.ts'
import { luma } from './palette.ts'

/** Share of the pixels at either end that may become wholly black or white: single specks do not hold the rest back. */
const clipped = 0.01

export function contrastStep(pixels: Pixels, { contrast }: Step): Pixels {
  if (contrast === undefined) return pixels
  const { low, high } = range(pixels)
  if (high <= low || (low === 0 && high === 255)) return pixels
  const stretched = Uint8ClampedArray.from({ length: 256 }, (_, value) => ((value - low) * 255) / (high - low))
  const from = pixels.data
  const data = Buffer.allocUnsafe(from.length)
  for (let at = 0; at < from.length; at += 4) {
    data[at] = stretched[from[at] ?? 0] ?? 0
    data[at + 1] = stretched[from[at + 1] ?? 0] ?? 0
    data[at + 2] = stretched[from[at + 2] ?? 0] ?? 0
    data[at + 3] = from[at + 3] ?? 0
  }
  return { ...pixels, data }
}

/** The lightness below and above which one in a hundred of the visible pixels lies. */
function range({ data }: Pixels): { low: number; high: number } {
  const counts = new Float64Array(256)
  let total = 0
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0
    const light = Math.round(luma(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0))
    counts[light] = (counts[light] ?? 0) + alpha
    total += alpha
  }
  return { low: firstOver(counts, total * clipped), high: 255 - firstOver(counts.reverse(), total * clipped) }
}

function firstOver(counts: Float64Array, share: number): number {
  let sum = 0
  return counts.findIndex((count) => {
    sum += count
    return sum > share
  })
}
