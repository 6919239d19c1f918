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
export function noiseOf({ data, width, height }: Plane, luma: Plane): number {
  const responses: number[] = []
  // Every other block, as on a chessboard, of a picture that has many.
  const apart = width * height > many ? 2 * block : block
  for (let top = 1, row = 0; top + block < height; top += block, row++) {
    for (let left = apart > block && row % 2 === 1 ? 1 + block : 1; left + block < width; left += apart) {
      let [sum, light] = [0, 0]
      for (let y = top; y < top + block; y++) {
        for (let x = left, at = y * width + left; x < left + block; x++, at++) {
          const above = at - width
          const below = at + width
          const corners =
            (data[above - 1] ?? 0) + (data[above + 1] ?? 0) + (data[below - 1] ?? 0) + (data[below + 1] ?? 0)
          const sides = (data[above] ?? 0) + (data[below] ?? 0) + (data[at - 1] ?? 0) + (data[at + 1] ?? 0)
          sum += Math.abs(corners - 2 * sides + 4 * (data[at] ?? 0))
          light += luma.data[at] ?? 0
        }
      }
      const mean = light / (block * block)
      if (mean > dark && mean < bright) responses.push(sum / (block * block))
    }
  }
  return (Math.sqrt(Math.PI / 2) / 6) * quantile(responses, calmest)
}
