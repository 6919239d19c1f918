/**
 * The edges of a photo as what two photos of one view have in common whatever the light: at each place of the grid the
 * direction of the brightness' change, without its sign and hardly with its strength. Two such fields are laid over each
 * other to see whether, and where to, the view has moved.
 */
import { gridSize } from '../processing/description.ts'

/** Direction as a double angle: cosine and sine, each about -1..1; rows of `columns`. */
export interface Edges {
  cosine: Float32Array
  sine: Float32Array
  columns: number
  rows: number
}

/** Where the other field lies best, in places of the grid. */
export interface Alignment {
  dx: number
  dy: number
  /** Correlation there, -1..1, and where nothing is shifted. */
  score: number
  still: number
}

/** Levels of brightness that are rounding and noise. */
const noise = 1.5
/** Places around of which the mean strength is what a strength is compared with. */
const around = 6

export function edgesOf(grid: Uint8Array): Edges {
  const { columns, rows } = gridSize
  const [across, down, strength] = [0, 1, 2].map(() => new Float32Array(columns * rows))
  if (across === undefined || down === undefined || strength === undefined) throw new Error('three planes')
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1, at = y * columns + 1; x < columns - 1; x++, at++) {
      across[at] = ((grid[at + 1] ?? 0) - (grid[at - 1] ?? 0)) / 2
      down[at] = ((grid[at + columns] ?? 0) - (grid[at - columns] ?? 0)) / 2
      strength[at] = Math.hypot(across[at] ?? 0, down[at] ?? 0)
    }
  }
  const usual = boxMean(strength, columns, rows)
  const [cosine, sine] = [new Float32Array(columns * rows), new Float32Array(columns * rows)]
  for (let at = 0; at < strength.length; at++) {
    const [gx, gy, size] = [across[at] ?? 0, down[at] ?? 0, strength[at] ?? 0]
    const scale = size * (size + (usual[at] ?? 0) + noise)
    if (scale === 0) continue
    cosine[at] = (gx * gx - gy * gy) / scale
    sine[at] = (2 * gx * gy) / scale
  }
  return { cosine, sine, columns, rows }
}

/** @param reach how far the other may be shifted, as a share of each side */
export function align(usual: Edges, other: Edges, reach = 0.34): Alignment {
  const still = correlation(usual, other, 0, 0)
  const [coarse, coarseOther] = [halfOf(usual), halfOf(other)]
  const [mostX, mostY] = [Math.floor(coarse.columns * reach), Math.floor(coarse.rows * reach)]
  const rough = best(coarse, coarseOther, { x: 0, y: 0 }, mostX, mostY)
  const fine = best(usual, other, { x: rough.dx * 2, y: rough.dy * 2 }, 2, 2)
  const part = (low: number, middle: number, high: number) => {
    const bend = low - 2 * middle + high
    return bend >= 0 ? 0 : Math.max(-0.5, Math.min(0.5, (low - high) / (2 * bend)))
  }
  const { dx, dy, score } = fine
  const at = (x: number, y: number) => correlation(usual, other, x, y)
  return {
    dx: dx + part(at(dx - 1, dy), score, at(dx + 1, dy)),
    dy: dy + part(at(dx, dy - 1), score, at(dx, dy + 1)),
    score,
    still,
  }
}

/**
 * How far parts of the view are off, in places: of 3 by 3 parts those that are sure of it, after the whole was laid over
 * as `by` says. Turned or zoomed, the middle stays while the borders go.
 */
export function partsOff(usual: Edges, other: Edges, by: Pick<Alignment, 'dx' | 'dy'>): { x: number; y: number; score: number }[] {
  const off: { x: number; y: number; score: number }[] = []
  const [width, height] = [Math.floor(usual.columns / 3), Math.floor(usual.rows / 3)]
  const [baseX, baseY] = [Math.round(by.dx), Math.round(by.dy)]
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      const area = { left: column * width, top: row * height, width, height }
      let found = { x: 0, y: 0, score: -1 }
      for (let y = -4; y <= 4; y++) {
        for (let x = -5; x <= 5; x++) {
          const score = correlation(usual, other, baseX + x, baseY + y, area)
          if (score > found.score) found = { x: baseX + x, y: baseY + y, score }
        }
      }
      off.push(found)
    }
  }
  return off
}

interface Area {
  left: number
  top: number
  width: number
  height: number
}

/** Of `usual` at a place with `other` so much further right and below. */
function correlation(usual: Edges, other: Edges, dx: number, dy: number, area?: Area): number {
  const { columns, rows } = usual
  const { left, top, width, height } = area ?? { left: 0, top: 0, width: columns, height: rows }
  const [fromX, toX] = [Math.max(left, -dx), Math.min(left + width, columns - dx)]
  const [fromY, toY] = [Math.max(top, -dy), Math.min(top + height, rows - dy)]
  let [both, one, two] = [0, 1e-9, 1e-9]
  for (let y = fromY; y < toY; y++) {
    for (let x = fromX, at = y * columns + fromX; x < toX; x++, at++) {
      const to = at + dy * columns + dx
      const [c, s] = [usual.cosine[at] ?? 0, usual.sine[at] ?? 0]
      const [oc, os] = [other.cosine[to] ?? 0, other.sine[to] ?? 0]
      both += c * oc + s * os
      one += c * c + s * s
      two += oc * oc + os * os
    }
  }
  return both / Math.sqrt(one * two)
}

function best(usual: Edges, other: Edges, about: { x: number; y: number }, mostX: number, mostY: number) {
  let found = { dx: about.x, dy: about.y, score: -1 }
  for (let y = -mostY; y <= mostY; y++) {
    for (let x = -mostX; x <= mostX; x++) {
      const score = correlation(usual, other, about.x + x, about.y + y)
      if (score > found.score) found = { dx: about.x + x, dy: about.y + y, score }
    }
  }
  return found
}

function halfOf({ cosine, sine, columns, rows }: Edges): Edges {
  const [width, height] = [columns >> 1, rows >> 1]
  const shrink = (plane: Float32Array) => {
    const half = new Float32Array(width * height)
    for (let y = 0; y < height; y++) {
      for (let x = 0, at = 2 * y * columns; x < width; x++, at += 2) {
        half[y * width + x] =
          ((plane[at] ?? 0) + (plane[at + 1] ?? 0) + (plane[at + columns] ?? 0) + (plane[at + columns + 1] ?? 0)) / 4
      }
    }
    return half
  }
  return { cosine: shrink(cosine), sine: shrink(sine), columns: width, rows: height }
}

function boxMean(plane: Float32Array, columns: number, rows: number): Float32Array {
  const sums = new Float64Array((columns + 1) * (rows + 1))
  for (let y = 0; y < rows; y++) {
    let line = 0
    for (let x = 0; x < columns; x++) {
      line += plane[y * columns + x] ?? 0
      sums[(y + 1) * (columns + 1) + x + 1] = (sums[y * (columns + 1) + x + 1] ?? 0) + line
    }
  }
  const means = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = [Math.max(0, y - around) * (columns + 1), Math.min(rows, y + around + 1) * (columns + 1)]
    for (let x = 0; x < columns; x++) {
      const [left, right] = [Math.max(0, x - around), Math.min(columns, x + around + 1)]
      const sum =
        (sums[bottom + right] ?? 0) - (sums[top + right] ?? 0) - (sums[bottom + left] ?? 0) + (sums[top + left] ?? 0)
      means[y * columns + x] = sum / (((bottom - top) / (columns + 1)) * (right - left))
    }
  }
  return means
}
