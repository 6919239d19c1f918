/** Cues of composition: where what catches the eye lies, and how evenly the picture is weighted. */
import type { Features } from '../../../../../core/processing/sight.ts'
import type { Plane } from './planes.ts'

const cells = 24

/** `plane`: small, a quarter of the view or less. */
export function compositionOf(plane: Plane): Features {
  const map = salience(plane)
  let [all, x, y] = [0, 0, 0]
  for (const [cell, value] of map.entries()) {
    all += value
    x += value * ((cell % cells) + 0.5)
    y += value * (Math.floor(cell / cells) + 0.5)
  }
  if (all === 0) return { subjectX: 0.5, subjectY: 0.5, subjectSpread: 0.5, thirds: 0, symmetry: 1, quietEdges: 1 }
  const [centreX, centreY] = [x / all / cells, y / all / cells]
  let spread = 0
  for (const [cell, value] of map.entries()) {
    spread += value * (((cell % cells) + 0.5) / cells - centreX) ** 2
    spread += value * ((Math.floor(cell / cells) + 0.5) / cells - centreY) ** 2
  }
  return {
    subjectX: centreX,
    subjectY: centreY,
    subjectSpread: Math.sqrt(spread / all),
    thirds: thirds(map, all),
    symmetry: symmetry(map, all),
    quietEdges: 1 - edges(map, all) / (1 - ((cells - 2) / cells) ** 2),
  }
}

/** Detail and difference from the picture's mean, in cells; the square root keeps single lights from ruling it. */
function salience({ data, width, height }: Plane): Float64Array {
  let mean = 0
  for (const value of data) mean += value
  mean /= data.length
  const sums = new Float64Array(cells * cells)
  const counts = new Uint32Array(cells * cells)
  for (let y = 0; y < height - 1; y++) {
    const row = Math.floor((y * cells) / height) * cells
    for (let x = 0, at = y * width; x < width - 1; x++, at++) {
      const here = data[at] ?? 0
      const change = Math.abs((data[at + 1] ?? 0) - here) + Math.abs((data[at + width] ?? 0) - here)
      const cell = row + Math.floor((x * cells) / width)
      sums[cell] = (sums[cell] ?? 0) + change + 0.15 * Math.abs(here - mean)
      counts[cell] = (counts[cell] ?? 0) + 1
    }
  }
  return sums.map((sum, cell) => Math.sqrt(sum / Math.max(1, counts[cell] ?? 1)))
}

/** Share of the salience near the lines at a third and two thirds, against an even spread; 1: as much as even. */
function thirds(map: Float64Array, all: number): number {
  const near = (place: number) => Math.min(Math.abs(place - 1 / 3), Math.abs(place - 2 / 3)) < 1 / 12
  let [on, area] = [0, 0]
  for (const [cell, value] of map.entries()) {
    if (!near(((cell % cells) + 0.5) / cells) && !near((Math.floor(cell / cells) + 0.5) / cells)) continue
    on += value
    area++
  }
  return on / all / (area / map.length)
}

/** 1: left and right carry the same. */
function symmetry(map: Float64Array, all: number): number {
  let apart = 0
  for (const [cell, value] of map.entries()) {
    const mirrored = Math.floor(cell / cells) * cells + (cells - 1 - (cell % cells))
    apart += Math.abs(value - (map[mirrored] ?? 0))
  }
  return 1 - apart / (2 * all)
}

function edges(map: Float64Array, all: number): number {
  let sum = 0
  for (const [cell, value] of map.entries()) {
    const [x, y] = [cell % cells, Math.floor(cell / cells)]
    if (x === 0 || y === 0 || x === cells - 1 || y === cells - 1) sum += value
  }
  return sum / all
}
