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
/** Below this energy nothing is told: rounding alone makes 20 / 12. */
const floor = 2

export function sharpnessOf({ luma }: Planes, noise: number): Features {
  const energies = luma.map((plane, scale) => cellsOf(plane).map((energy) => correct(energy, noise, scale)))
  const [fine = []] = energies
  const coarse = energies[energies.length - 1] ?? fine
  // Cells with shapes to be sharp about; of a picture without any, all of them.
  const needed = Math.max(floor * 4, quantile(coarse, 0.9) / 16)
  const falls = (from: readonly number[], to: readonly number[]) =>
    from.flatMap((energy, cell) => {
      const least = coarse[cell] ?? 0
      return least < needed ? [] : [Math.log2((energy + floor) / ((to[cell] ?? 0) + floor))]
    })
  const step = (scale: number) => quantile(falls(energies[scale] ?? fine, energies[scale + 1] ?? fine), 0.9)
  return {
    sharpness: Math.log2(1 + quantile(fine, 0.9)),
    acuity: step(0),
    acuityHalf: step(1),
    acuityQuarter: step(2),
    fineness: quantile(falls(fine, coarse), 0.9),
    sharpShare: falls(fine, energies[1] ?? fine).filter((fall) => fall > -2).length / (grid * grid),
    shapes: Math.log2(1 + quantile(coarse, 0.9)),
  }
}

/** A half has a quarter of the noise's variance; a little more than that is taken off, so that noise never sharpens. */
function correct(energy: number, noise: number, scale: number): number {
  return Math.max(0, energy - (1.15 * noiseGain * noise * noise) / 4 ** scale)
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
      for (let x = from, at = y * width + from; x < to; x++, at++) {
        const value =
          4 * (data[at] ?? 0) -
          (data[at - 1] ?? 0) -
          (data[at + 1] ?? 0) -
          (data[at - width] ?? 0) -
          (data[at + width] ?? 0)
        sum += value * value
      }
      sums[row + column] = (sums[row + column] ?? 0) + sum
      counts[row + column] = (counts[row + column] ?? 0) + Math.max(0, to - from)
    }
  }
  return Array.from(sums, (sum, cell) => sum / Math.max(1, counts[cell] ?? 1))
}
