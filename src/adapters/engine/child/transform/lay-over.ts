/** One picture over another of the same size. */
import type { Pixels } from '../pixels.ts'

export function layOver(top: Pixels, bottom: Pixels): Pixels {
  const upper = top.data
  const lower = bottom.data
  const data = Buffer.from(lower)
  for (let at = 0; at < upper.length; at += 4) {
    const alpha = upper[at + 3] ?? 0
    if (alpha === 0) continue
    const below = ((lower[at + 3] ?? 0) * (255 - alpha)) / 255
    const whole = alpha + below
    const share = alpha / whole
    // The halves round: a byte drops what follows the point.
    data[at] = (upper[at] ?? 0) * share + (lower[at] ?? 0) * (1 - share) + 0.5
    data[at + 1] = (upper[at + 1] ?? 0) * share + (lower[at + 1] ?? 0) * (1 - share) + 0.5
    data[at + 2] = (upper[at + 2] ?? 0) * share + (lower[at + 2] ?? 0) * (1 - share) + 0.5
    data[at + 3] = whole + 0.5
  }
  return { ...top, data }
}
