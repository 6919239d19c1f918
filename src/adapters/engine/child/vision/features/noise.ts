/** Noise by Immerkaer's operator, which answers neither flat areas nor straight edges, in the calmest parts of the picture. */
import type { Plane } from './planes.ts'
import { quantile } from './quantile.ts'

/** Side of the blocks whose calmest tell the noise. */
const block = 12
const calmest = 0.12
const many = 200_000
/** Beyond these the sensor's or the format's end hides noise. */
const [dark, bright] = [6, 249]

/** Standard deviation of the noise in the plane's units. `luma` says which blocks are clipped. */
export function noiseOf(plane: Plane, luma: Plane): number {
  const { width, height } = plane
  const responses: number[] = []
  // Every other block, as on a chessboard, of a picture that has many.
  const apart = width * height > many ? 2 * block : block
  for (let top = 1, row = 0; top + block < height; top += block, row++) {
    for (let left = apart > block && row % 2 === 1 ? 1 + block : 1; left + block < width; left += apart) {
      const mean = sumOf(luma, left, top) / (block * block)
      if (mean > dark && mean < bright) responses.push(responseOf(plane, left, top) / (block * block))
    }
  }
  return (Math.sqrt(Math.PI / 2) / 6) * quantile(responses, calmest)
}

function sumOf({ data, width }: Plane, left: number, top: number): number {
  let sum = 0
  for (let y = top; y < top + block; y++) {
    for (let at = y * width + left, end = at + block; at < end; at++) sum += data[at] ?? 0
  }
  return sum
}

/** The operator is a second difference of second differences; each of a column's is taken once. */
function responseOf({ data, width }: Plane, left: number, top: number): number {
  let sum = 0
  for (let y = top; y < top + block; y++) {
    const start = y * width + left
    let before = bend(data, start - 1, width)
    let here = bend(data, start, width)
    for (let at = start, end = start + block; at < end; at++) {
      const after = bend(data, at + 1, width)
      sum += Math.abs(before - 2 * here + after)
      before = here
      here = after
    }
  }
  return sum
}

function bend(data: Float32Array, at: number, width: number): number {
  return (data[at - width] ?? 0) - 2 * (data[at] ?? 0) + (data[at + width] ?? 0)
}
