/** The 8-pixel grid that coarse JPEG coding leaves, found in the pixels: it stays when the file is saved again in another format. */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { Plane } from './planes.ts'

const period = 8
/** A jump beyond this is the picture's own edge. */
const edge = 24
/** Blocks whose inside hardly moves tell of coefficients that were rounded to nothing. */
const calm = 0.6

/** `plane` at its native size: scaling blurs the grid away. */
export function blockinessOf(plane: Plane): Features {
  const across = jumps(plane, 1, plane.width)
  const down = jumps(plane, plane.width, 1)
  const phases = { x: strongest(across), y: strongest(down) }
  return {
    blockiness: Math.log2((excess(across, phases.x) + excess(down, phases.y)) / 2),
    flatBlocks: flatShare(plane, phases),
  }
}

/** Mean capped second difference over each of the 8 places of a grid, along x (`step` 1) or y. */
function jumps({ data, width, height }: Plane, step: number, other: number): Float64Array {
  const [length, lines] = step === 1 ? [width, height] : [height, width]
  const sums = new Float64Array(period)
  const counts = new Float64Array(period)
  // Every third line tells enough, and meets every row of the blocks.
  for (let line = 0; line < lines; line += 3) {
    for (let place = 2, at = line * other + 2 * step; place < length - 1; place++, at += step) {
      const before = data[at - step] ?? 0
      const here = data[at] ?? 0
      const jump = Math.abs(here - before - ((data[at + step] ?? 0) - here + before - (data[at - 2 * step] ?? 0)) / 2)
      const phase = place % period
      sums[phase] = (sums[phase] ?? 0) + (jump < edge ? jump : edge)
      counts[phase] = (counts[phase] ?? 0) + 1
    }
  }
  return sums.map((sum, phase) => sum / Math.max(1, counts[phase] ?? 1))
}

const strongest = (values: Float64Array) => values.indexOf(Math.max(...values))

/** The grid's place against the median of the others; 1: no grid. */
function excess(values: Float64Array, phase: number): number {
  const others = [...values].filter((_, index) => index !== phase).sort((one, other) => one - other)
  const usual = ((others[3] ?? 0) + (others[2] ?? 0) + (others[4] ?? 0)) / 3
  return ((values[phase] ?? 0) + 0.25) / (usual + 0.25)
}

function flatShare({ data, width, height }: Plane, { x: phaseX, y: phaseY }: { x: number; y: number }): number {
  let [flat, blocks] = [0, 0]
  for (let top = phaseY; top + period <= height; top += period) {
    for (let left = phaseX; left + period <= width; left += period) {
      let sum = 0
      for (let y = top; y < top + period; y += 2) {
        for (let x = left + 1, at = y * width + left + 1; x < left + period - 1; x++, at++)
          sum += Math.abs(2 * (data[at] ?? 0) - (data[at - 1] ?? 0) - (data[at + 1] ?? 0))
      }
      blocks++
      if (sum / ((period / 2) * (period - 2)) < calm) flat++
    }
  }
  return blocks === 0 ? 0 : flat / blocks
}
