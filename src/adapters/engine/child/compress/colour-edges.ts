/** Whether a picture has sharp edges between colours, as coloured text has: with half the colour resolution they blur. */
import type { Raster } from './similarity.ts'

/** Levels of blue or red difference that a pixel may be off the mean of its block. */
const visible = 20
/** Share of blocks from which on it matters. */
const share = 0.003

export function hasColourEdges({ data, width, height }: Raster): boolean {
  let [edges, blocks] = [0, 0]
  for (let y = 0; y + 1 < height; y += 2) {
    for (let x = 0; x + 1 < width; x += 2) {
      const corners = [
        (y * width + x) * 3,
        (y * width + x + 1) * 3,
        ((y + 1) * width + x) * 3,
        ((y + 1) * width + x + 1) * 3,
      ]
      if (spread(data, corners, blueDifference) > visible || spread(data, corners, redDifference) > visible) edges++
      blocks++
    }
  }
  return edges > blocks * share
}

type Difference = (red: number, green: number, blue: number) => number

const blueDifference: Difference = (red, green, blue) => 0.5 * blue - 0.1687 * red - 0.3313 * green
const redDifference: Difference = (red, green, blue) => 0.5 * red - 0.4187 * green - 0.0813 * blue

/** The largest distance of a corner from their mean. */
function spread(data: Uint8Array, corners: readonly number[], difference: Difference): number {
  const values = corners.map((at) => difference(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0)
}
