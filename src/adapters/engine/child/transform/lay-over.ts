/** One picture over another of the same size; also the question whether anything shows through a picture. */
import type { Pixels } from '../pixels.ts'

export function layOver(top: Pixels, bottom: Pixels): Pixels {
  const [upper, lower] = [top.data, bottom.data]
  const data = Buffer.from(lower)
  for (let at = 0; at < upper.length; at += 4) {
    const alpha = upper[at + 3] ?? 0
    if (alpha === 0) continue
    const below = ((lower[at + 3] ?? 0) * (255 - alpha)) / 255
    const whole = alpha + below
    for (let band = at; band < at + 3; band++) {
      const color = upper[band] ?? 0
      data[band] = alpha === 255 ? color : Math.round((color * alpha + (lower[band] ?? 0) * below) / whole)
    }
    data[at + 3] = Math.round(whole)
  }
  return { ...top, data }
}

export function isOpaque({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false
  return true
}
