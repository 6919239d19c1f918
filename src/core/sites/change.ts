/**
 * How much two photos of a view differ, and where (site-photos-api.md section 7.3, compare): edges that came or went, and
 * brightness that changed against its surroundings. Light as a whole, its fall over the picture and a small shift do not
 * count.
 */
import { gridSize, type ViewMeasures } from '../processing/description.ts'
import { align, type Edges, edgesOf } from './edges.ts'
import { quantile } from './quantile.ts'
import { bytesOf } from './usual-view.ts'

/** Of the map: each place is 4 by 4 of the grid. */
export const mapSize = { columns: 16, rows: 12 } as const

export interface Change {
  /** 0: the same; 1: nothing is. */
  change: number
  /** Row by row, 0..1. */
  map: number[][]
  /** How far the second lies to the right of and below the first, in shares of the sides; what was compared was shifted back. */
  shift: { x: number; y: number }
}

export interface Compared {
  measures: ViewMeasures
  /** Width by height. */
  ratio: number
}

/** Of what both have in the middle, where their ratios differ. */
export function changeOf(first: Compared, second: Compared): Change {
  const widest = Math.max(first.ratio, second.ratio)
  // Sides are rounded.
  const gridOf = ({ measures: { grid }, ratio }: Compared) =>
    ratio / widest > 0.97 ? Float32Array.from(bytesOf(grid)) : middleOf(bytesOf(grid), ratio / widest)
  const [one, given] = [gridOf(first), gridOf(second)]
  const edges = edgesOf(one)
  const { dx, dy, score } = align(edges, edgesOf(given), 0.2)
  const by = score > 0.22 ? { x: dx, y: dy } : { x: 0, y: 0 }
  const { grid: other, inside } = shifted(given, by)
  const otherEdges = edgesOf(other)
  const tones = toneChanges(one, other)
  const map = Array.from({ length: mapSize.rows }, (_, row) =>
    Array.from({ length: mapSize.columns }, (__, column) => {
      const places = placesOf(column, row).filter((at) => inside[at] === 1)
      const value = Math.max(structureChange(edges, otherEdges, places), toneChange(tones, places))
      return Math.round(value * 100) / 100
    }),
  )
  const changes = broad(map).map((value) => Math.max(0, (value - floor) / (1 - floor)))
  const mean = changes.reduce((sum, value) => sum + value, 0) / changes.length
  return {
    change: Math.round(Math.min(1, Math.sqrt(mean)) * 1000) / 1000,
    map,
    shift: { x: by.x / gridSize.columns, y: by.y / gridSize.rows },
  }
}

/** What is no change yet. */
const floor = 0.3

const [width, height] = [gridSize.columns / mapSize.columns, gridSize.rows / mapSize.rows]

/** What is changed all around, too: shadows and passers-by are small. */
function broad(map: readonly (readonly number[])[]): number[] {
  return map.flatMap((line, row) =>
    line.map((_, column) => {
      const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].flatMap((dx) => map[row + dy]?.[column + dx] ?? []))
      return quantile(around, 0.5)
    }),
  )
}

/** Of these places' edges in both: how little they have in common, where there are any. */
function structureChange(one: Edges, other: Edges, places: readonly number[]): number {
  let [both, first, second] = [0, 0, 0]
  for (const at of places) {
    const [c, s] = [one.cosine[at] ?? 0, one.sine[at] ?? 0]
    const [oc, os] = [other.cosine[at] ?? 0, other.sine[at] ?? 0]
    both += c * oc + s * os
    first += c * c + s * s
    second += oc * oc + os * os
  }
  const strength = Math.max(first, second) / (width * height)
  const common = (2 * Math.max(0, both)) / (first + second + 1e-9)
  return (1 - common) * Math.max(0, Math.min(1, (strength - 0.05) / 0.12))
}

/** Brightness of the second as the first's light would show it, against the first; without what changes slowly. */
function toneChanges(one: Float32Array, other: Float32Array): Float32Array {
  const range = Math.max(12, quantile(one, 0.95) - quantile(one, 0.05))
  return withoutSlow(matchedTo(one, other).map((value, at) => (value - (one[at] ?? 0)) / range))
}

function toneChange(changes: Float32Array, places: readonly number[]): number {
  const mean = places.reduce((sum, at) => sum + (changes[at] ?? 0), 0) / Math.max(1, places.length)
  return Math.max(0, Math.min(1, (Math.abs(mean) - 0.15) / 0.25))
}

/** Places of the grid in one place of the map. */
function placesOf(column: number, row: number): number[] {
  return Array.from(
    { length: width * height },
    (_, index) => (row * height + Math.floor(index / width)) * gridSize.columns + column * width + (index % width),
  )
}

/** Shifted back, between places too; `inside` where there is something. */
function shifted(grid: Float32Array, by: { x: number; y: number }): { grid: Float32Array; inside: Uint8Array } {
  const { columns, rows } = gridSize
  const inside = new Uint8Array(grid.length)
  const moved = grid.map((_, at) => {
    const [x, y] = [(at % columns) + by.x, Math.floor(at / columns) + by.y]
    if (x > -1 && y > -1 && x < columns && y < rows) inside[at] = 1
    return valueAt(grid, x, y)
  })
  return { grid: moved, inside }
}

/** Between the places around; beyond the border as at it. */
function valueAt(grid: ArrayLike<number>, x: number, y: number): number {
  const { columns, rows } = gridSize
  const at = (column: number, row: number) =>
    grid[Math.max(0, Math.min(rows - 1, row)) * columns + Math.max(0, Math.min(columns - 1, column))] ?? 0
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [right, below] = [x - left, y - top]
  return (
    (at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - below) +
    (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * below
  )
}

/** Each brightness of `other` as the one that as many places of `one` are darker than. */
function matchedTo(one: Float32Array, other: Float32Array): Float32Array {
  const wanted = Float32Array.from(one).sort()
  const order = [...other.keys()].sort((a, b) => (other[a] ?? 0) - (other[b] ?? 0))
  const matched = new Float32Array(other.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && other[order[to + 1] ?? 0] === other[order[from] ?? 0]) to++
    // Places of one brightness stay of one brightness.
    const value = wanted[(from + to) >> 1] ?? 0
    for (let index = from; index <= to; index++) matched[order[index] ?? 0] = value
    from = to + 1
  }
  return matched
}

/** Minus the plane that fits best: the sun stands elsewhere. */
function withoutSlow(changes: Float32Array): Float32Array {
  const { columns, rows } = gridSize
  let [sum, across, down] = [0, 0, 0]
  const [middleX, middleY] = [(columns - 1) / 2, (rows - 1) / 2]
  for (let at = 0; at < changes.length; at++) {
    // What is very different is no light.
    const value = Math.max(-0.3, Math.min(0.3, changes[at] ?? 0))
    sum += value
    across += value * ((at % columns) - middleX)
    down += value * (Math.floor(at / columns) - middleY)
  }
  const count = changes.length
  const [slopeX, slopeY] = [across / ((count * (columns ** 2 - 1)) / 12), down / ((count * (rows ** 2 - 1)) / 12)]
  return changes.map(
    (value, at) =>
      value - sum / count - slopeX * ((at % columns) - middleX) - slopeY * (Math.floor(at / columns) - middleY),
  )
}

/** Of the higher picture what the wider one has too: cameras cut off top and bottom when they are set to a wider format. */
function middleOf(grid: Uint8Array, share: number): Float32Array {
  const { columns, rows } = gridSize
  return Float32Array.from({ length: columns * rows }, (_, place) =>
    valueAt(grid, place % columns, (Math.floor(place / columns) + 0.5 - rows / 2) * share + rows / 2 - 0.5),
  )
}
