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
  const across = jumpsAcross(plane)
  const down = jumpsDown(plane)
  const phases = { x: strongest(across), y: strongest(down) }
  return {
    blockiness: Math.log2((excess(across, phases.x) + excess(down, phases.y)) / 2),
    flatBlocks: flatShare(plane, phases),
  }
}

/** Of every third line: that tells enough, and meets every row of the blocks. */
const apart = 3

/** Mean capped second difference over each of the 8 places of a grid, along x. */
function jumpsAcross({ data, width, height }: Plane): Float64Array {
  const sums = new Float64Array(period)
  for (let y = 0; y < height; y += apart) {
    const start = y * width
    // One by one: taken out of an array, the numbers of such a loop would each be put on the heap.
    let second = data[start] ?? 0
    let before = data[start + 1] ?? 0
    let here = data[start + 2] ?? 0
    for (let x = 2; x < width - 1; x++) {
      const after = data[start + x + 1] ?? 0
      const phase = x % period
      sums[phase] = (sums[phase] ?? 0) + jumpOf(second, before, here, after)
      second = before
      before = here
      here = after
    }
  }
  return meansOf(sums, width, Math.ceil(height / apart))
}

/** The same along y, a row at a time: memory is read in its order. */
function jumpsDown({ data, width, height }: Plane): Float64Array {
  const sums = new Float64Array(period)
  for (let y = 2; y < height - 1; y++) {
    let sum = 0
    for (let at = y * width, end = at + width; at < end; at += apart) {
      sum += jumpOf(data[at - 2 * width] ?? 0, data[at - width] ?? 0, data[at] ?? 0, data[at + width] ?? 0)
    }
    sums[y % period] = (sums[y % period] ?? 0) + sum
  }
  return meansOf(sums, height, Math.ceil(width / apart))
}

/** How much more the value moves from `before` to `here` than around there. */
function jumpOf(second: number, before: number, here: number, after: number): number {
  return Math.min(edge, Math.abs(here - before - (after - here + before - second) / 2))
}

/** Sums over lines of places 2 to the last but one. */
function meansOf(sums: Float64Array, length: number, lines: number): Float64Array {
  const counts = new Float64Array(period)
  for (let place = 2; place < length - 1; place++) counts[place % period] = (counts[place % period] ?? 0) + lines
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
        const start = y * width + left
        let before = data[start] ?? 0
        let here = data[start + 1] ?? 0
        for (let at = start + 2; at < start + period; at++) {
          const after = data[at] ?? 0
          sum += Math.abs(2 * here - before - after)
          before = here
          here = after
        }
      }
      blocks++
      if (sum / ((period / 2) * (period - 2)) < calm) flat++
    }
  }
  return blocks === 0 ? 0 : flat / blocks
}
