/** Pictures bent into other shapes: every pixel of the result is fetched from a place between the picture's pixels. */
import type { Pixels } from '../pixels.ts'
import type { Size } from './run-parts.ts'

/** Puts into `place` where the result's pixel (its middle) comes from, x and y in the picture's coordinates. */
export type Fetch = (x: number, y: number, place: Float64Array) => void

/** Bilinear and premultiplied; outside of the picture is nothing, so its edges come out smooth. `around`: left and right edge touch. */
export function warp(pixels: Pixels, size: Size, fetch: Fetch, { around = false } = {}): Pixels {
  const { width, height } = pixels
  const data = Buffer.alloc(size.width * size.height * 4)
  const place = new Float64Array(2)
  let at = 0
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 4) {
      fetch(x + 0.5, y + 0.5, place)
      const px = (place[0] ?? 0) - 0.5
      const py = (place[1] ?? 0) - 0.5
      if (px > -1 && py > -1 && px < width && py < height) sample(pixels, px, py, around, data, at)
    }
  }
  return { data, ...size }
}

function sample(pixels: Pixels, px: number, py: number, around: boolean, data: Buffer, at: number): void {
  const { data: from, width, height } = pixels
  const left = Math.floor(px)
  const top = Math.floor(py)
  const across = px - left
  const down = py - top
  let red = 0
  let green = 0
  let blue = 0
  let alpha = 0
  for (let corner = 0; corner < 4; corner++) {
    const right = corner & 1
    const below = corner >> 1
    const row = top + below
    const column = around ? (left + right + width) % width : left + right
    if (row < 0 || row >= height || column < 0 || column >= width) continue
    const source = (row * width + column) * 4
    const share = (right ? across : 1 - across) * (below ? down : 1 - down) * (from[source + 3] ?? 0)
    red += share * (from[source] ?? 0)
    green += share * (from[source + 1] ?? 0)
    blue += share * (from[source + 2] ?? 0)
    alpha += share
  }
  if (alpha < 0.5) return
  // Rounds down as it is stored.
  data[at] = red / alpha + 0.5
  data[at + 1] = green / alpha + 0.5
  data[at + 2] = blue / alpha + 0.5
  data[at + 3] = alpha + 0.5
}
