/**
 * Sharpness in the sharpest parts of the picture, so that a blurred background is no fault. Two readings: how strong fine
 * detail is, and how much finer the picture's detail is than its coarse shapes, which needs no contrast.
 */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { Plane, Planes } from './planes.ts'
import { quantile } from './quantile.ts'

const grid = 8
/** What the Laplacian makes of noise with variance 1: 4² + 4 · 1². */
const noiseGain = 20
/** What rounding to whole numbers makes of nothing: 20 / 12, at each half a quarter of it. */
const rounding = noiseGain / 12
const least = 0.3

export function sharpnessOf({ luma }: Planes, noise: number): Features {
  const energies = luma.map((plane, scale) => cellsOf(plane).map((energy) => correct(energy, noise, scale)))
  const [fine = []] = energies
  const coarse = energies[energies.length - 1] ?? fine
  // Cells with shapes to be sharp about.
  const needed = Math.max(4 * least, quantile(coarse, 0.9) / 8)
  const falls = (from: readonly number[], to: readonly number[]) =>
    from.flatMap((energy, cell) =>
      (coarse[cell] ?? 0) < needed ? [] : [Math.log2((energy + least) / ((to[cell] ?? 0) + least))],
    )
  const octaves = Math.max(1, energies.length - 1)
  const steps = falls(fine, energies[1] ?? fine)
  return {
    sharpness: Math.log2(1 + quantile(fine, 0.9)),
    acuity: quantile(steps, 0.8),
    fineness: (3 * quantile(falls(fine, coarse), 0.8)) / octaves,
    finenessHalf: (3 * quantile(falls(energies[1] ?? fine, coarse), 0.8)) / Math.max(1, octaves - 1),
    sharpShare: steps.length === 0 ? 0 : steps.filter((fall) => fall > -2).length / steps.length,
    shapes: Math.log2(1 + quantile(coarse, 0.9)),
    shaped: steps.length / (grid * grid),
  }
}

/** A half has a quarter of the noise's variance; more than that is taken off, so that noise never sharpens. */
function correct(energy: number, noise: number, scale: number): number {
  return Math.max(0, energy - (1.5 * noiseGain * noise * noise + rounding) / 4 ** scale)
}

/** Mean square of the Laplacian in each cell of an 8 by 8 grid. */
function cellsOf({ data, width, height }: Plane): number[] {
  const sums = new Float64Array(grid * grid)
  const counts = new Uint32Array(grid * grid)
  for (let y = 1; y < height - 1; y++) {
    const row = Math.floor((y * grid) / height) * grid
    for (let column = 0; column < grid; column++) {
      const from = Math.max(1, Math.ceil((column * width) / grid))
      const to = Math.min(width - 1, Math.ceil(((column + 1) * width) / grid))
      let sum = 0
      let before = data[y * width + from - 1] ?? 0
      let here = data[y * width + from] ?? 0
      for (let at = y * width + from, end = y * width + to; at < end; at++) {
        const after = data[at + 1] ?? 0
        const value = 4 * here - before - after - (data[at - width] ?? 0) - (data[at + width] ?? 0)
        sum += value * value
        before = here
        here = after
      }
      sums[row + column] = (sums[row + column] ?? 0) + sum
      counts[row + column] = (counts[row + column] ?? 0) + Math.max(0, to - from)
    }
  }
  return Array.from(sums, (sum, cell) => sum / Math.max(1, counts[cell] ?? 1))
}
