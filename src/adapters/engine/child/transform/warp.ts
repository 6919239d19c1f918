/** Pictures bent into other shapes: every pixel of the result is fetched from a place between the picture's pixels. */
import type { Pixels } from '../pixels.ts'
import type { Size } from './run-parts.ts'

/** Puts into `place` where the result's pixel (its middle) comes from, in the picture's coordinates. */
export type Fetch = (x: number, y: number, place: { x: number; y: number }) => void

/** Bilinear and premultiplied; outside of the picture is nothing, so its edges come out smooth. `around`: left and right edge touch. */
export function warp(pixels: Pixels, size: Size, fetch: Fetch, { around = false } = {}): Pixels {
  const { data: from, width, height } = pixels
  const data = Buffer.alloc(size.width * size.height * 4)
  const place = { x: 0, y: 0 }
  let at = 0
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 4) {
      fetch(x + 0.5, y + 0.5, place)
      const [px, py] = [place.x - 0.5, place.y - 0.5]
      if (!(px > -1 && py > -1 && px < width && py < height)) continue
      const [left, top] = [Math.floor(px), Math.floor(py)]
      const [across, down] = [px - left, py - top]
      let [red, green, blue, alpha] = [0, 0, 0, 0]
      for (let corner = 0; corner < 4; corner++) {
        const row = top + (corner >> 1)
        let column = left + (corner & 1)
        if (around) column = (column + width) % width
        if (row < 0 || row >= height || column < 0 || column >= width) continue
        const source = (row * width + column) * 4
        const share = (corner & 1 ? across : 1 - across) * (corner >> 1 ? down : 1 - down) * (from[source + 3] ?? 0)
        red += share * (from[source] ?? 0)
        green += share * (from[source + 1] ?? 0)
        blue += share * (from[source + 2] ?? 0)
        alpha += share
      }
      const whole = Math.round(alpha)
      if (whole === 0) continue
      data[at] = Math.round(red / alpha)
      data[at + 1] = Math.round(green / alpha)
      data[at + 2] = Math.round(blue / alpha)
      data[at + 3] = whole
    }
  }
  return { data, ...size }
}
