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
  /** Sums of their squares over all places above and to the left: of any rectangle in four steps. */
  squares: Float64Array
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

/** @param grid brightness by place, 0..255 */
export function edgesOf(grid: ArrayLike<number>): Edges {
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
  return withSquares({ cosine, sine, columns, rows })
}

export function withSquares(edges: Omit<Edges, 'squares'>): Edges {
  const { cosine, sine, columns, rows } = edges
  const strength = cosine.map((value, at) => value * value + (sine[at] ?? 0) ** 2)
  return { ...edges, squares: sumsOf(strength, columns, rows) }
}

/** How well the other lies as it is, -1..1. */
export const stillScore = (usual: Edges, other: Edges) => correlation(usual, other, 0, 0)

/** @param reach how far the other may be shifted, as a share of each side */
export function align(usual: Edges, other: Edges, reach = 0.34): Alignment {
  const still = stillScore(usual, other)
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

/** How the view lies as a whole: turned and zoomed as well as shifted. */
export interface Pose {
  /** How far places are off on the average, as a share of the picture's width and height. */
  off: number
  /** Of 3 by 3 parts those that agree with each other on it, 0..9. */
  parts: number
}

const turns = [
  { degrees: 10, zoom: 1 },
  { degrees: -10, zoom: 1 },
  { degrees: 0, zoom: 1.2 },
  { degrees: 0, zoom: 1 / 1.2 },
]

/** Best correlation when the other is turned or zoomed further than parts can follow, and shifted a little. */
export function turnedScore(usual: Edges, other: Edges): number {
  return Math.max(...turns.map((turn) => align(usual, warped(other, turn), 0.12).score))
}

/** Turned clockwise and made larger about the middle. */
function warped({ cosine, sine, columns, rows }: Edges, turn: { degrees: number; zoom: number }): Edges {
  const angle = (turn.degrees * Math.PI) / 180
  const [along, aside] = [Math.cos(angle) / turn.zoom, Math.sin(angle) / turn.zoom]
  const [twice, twiceAside] = [Math.cos(2 * angle), Math.sin(2 * angle)]
  const result = { cosine: new Float32Array(cosine.length), sine: new Float32Array(sine.length), columns, rows }
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [dx, dy] = [x + 0.5 - columns / 2, y + 0.5 - rows / 2]
      const fromX = Math.floor(dx * along + dy * aside + columns / 2)
      const fromY = Math.floor(dy * along - dx * aside + rows / 2)
      if (fromX < 0 || fromY < 0 || fromX >= columns || fromY >= rows) continue
      const [c, s] = [cosine[fromY * columns + fromX] ?? 0, sine[fromY * columns + fromX] ?? 0]
      // The directions of edges turn with them.
      result.cosine[y * columns + x] = c * twice - s * twiceAside
      result.sine[y * columns + x] = s * twice + c * twiceAside
    }
  }
  return withSquares(result)
}

interface Part {
  /** Of its middle from the picture's middle, and how far it is off, in places. */
  x: number
  y: number
  dx: number
  dy: number
}

/** Turned or zoomed, the middle stays while the borders go. @param by where the whole lies: parts are looked for around it */
export function poseOf(usual: Edges, other: Edges, by: Pick<Alignment, 'dx' | 'dy'>): Pose {
  const sure = partsOf(usual, other, { x: Math.round(by.dx), y: Math.round(by.dy) })
  // Without the one that fits worst, as long as there are enough.
  for (let parts = sure; parts.length >= 5; ) {
    const fitted = similarity(parts)
    const misses = parts.map((part) => {
      const { dx, dy } = fitted(part.x, part.y)
      return Math.hypot(dx - part.dx, dy - part.dy)
    })
    const worst = Math.max(...misses)
    if (worst <= 1.25) return { off: meanOff(usual, fitted), parts: parts.length }
    parts = parts.filter((_part, index) => misses[index] !== worst)
  }
  return { off: 0, parts: 0 }
}

function partsOf(usual: Edges, other: Edges, base: { x: number; y: number }): Part[] {
  const [width, height] = [Math.floor(usual.columns / 3), Math.floor(usual.rows / 3)]
  return Array.from({ length: 9 }, (_, index): Part[] => {
    const area = { left: (index % 3) * width, top: Math.floor(index / 3) * height, width, height }
    let found = { dx: 0, dy: 0, score: -1 }
    for (let y = base.y - 4; y <= base.y + 4; y++) {
      for (let x = base.x - 5; x <= base.x + 5; x++) {
        const score = correlation(usual, other, x, y, area)
        if (score > found.score) found = { dx: x, dy: y, score }
      }
    }
    const { score, ...off } = found
    if (score < 0.35) return []
    return [{ x: area.left + width / 2 - usual.columns / 2, y: area.top + height / 2 - usual.rows / 2, ...off }]
  }).flat()
}

/** The shift, turn and zoom that fits the parts best (least squares). */
function similarity(parts: readonly Part[]) {
  const mean = (of: (part: Part) => number) => parts.reduce((sum, part) => sum + of(part), 0) / parts.length
  const [x, y, dx, dy] = [mean((p) => p.x), mean((p) => p.y), mean((p) => p.dx), mean((p) => p.dy)]
  const spread = mean((p) => (p.x - x) ** 2 + (p.y - y) ** 2) || 1
  const zoom = mean((p) => (p.x - x) * (p.dx - dx) + (p.y - y) * (p.dy - dy)) / spread
  const turn = mean((p) => (p.x - x) * (p.dy - dy) - (p.y - y) * (p.dx - dx)) / spread
  return (atX: number, atY: number) => ({
    dx: dx + zoom * (atX - x) - turn * (atY - y),
    dy: dy + zoom * (atY - y) + turn * (atX - x),
  })
}

function meanOff({ columns, rows }: Edges, fitted: ReturnType<typeof similarity>): number {
  let sum = 0
  for (let row = 0; row < 5; row++) {
    for (let column = 0; column < 5; column++) {
      const { dx, dy } = fitted(((column - 2) / 5) * columns, ((row - 2) / 5) * rows)
      sum += Math.hypot(dx / columns, dy / rows) / 25
    }
  }
  return sum
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
  // Half a million rounds for one photo: no lists in them, they are not always optimised away.
  const { cosine, sine } = usual
  const { cosine: otherCosine, sine: otherSine } = other
  let both = 0
  for (let y = fromY; y < toY; y++) {
    for (let at = y * columns + fromX, to = at + dy * columns + dx; at < y * columns + toX; at++, to++)
      both += (cosine[at] ?? 0) * (otherCosine[to] ?? 0) + (sine[at] ?? 0) * (otherSine[to] ?? 0)
  }
  const one = squaresIn(usual, fromX, fromY, toX, toY)
  const two = squaresIn(other, fromX + dx, fromY + dy, toX + dx, toY + dy)
  return both / Math.sqrt((one + 1e-9) * (two + 1e-9))
}

function squaresIn({ squares, columns }: Edges, left: number, top: number, right: number, bottom: number): number {
  // Nothing overlaps.
  if (right <= left || bottom <= top) return 0
  return Math.max(0, sumIn(squares, columns, left, top, right, bottom))
}

/** Of all shifts up to so many places from `about`. What hardly overlaps is like anything: it counts for less. */
function best(usual: Edges, other: Edges, about: { x: number; y: number }, mostX: number, mostY: number) {
  let found = { dx: about.x, dy: about.y, score: -1 }
  for (let y = about.y - mostY; y <= about.y + mostY; y++) {
    for (let x = about.x - mostX; x <= about.x + mostX; x++) {
      const overlap = (1 - Math.abs(x) / usual.columns) * (1 - Math.abs(y) / usual.rows)
      const score = correlation(usual, other, x, y) * Math.sqrt(Math.max(0, overlap))
      if (score > found.score) found = { dx: x, dy: y, score }
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
  return withSquares({ cosine: shrink(cosine), sine: shrink(sine), columns: width, rows: height })
}

function boxMean(plane: Float32Array, columns: number, rows: number): Float32Array {
  const sums = sumsOf(plane, columns, rows)
  const means = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = [Math.max(0, y - around), Math.min(rows, y + around + 1)]
    for (let x = 0; x < columns; x++) {
      const [left, right] = [Math.max(0, x - around), Math.min(columns, x + around + 1)]
      means[y * columns + x] = sumIn(sums, columns, left, top, right, bottom) / ((bottom - top) * (right - left))
    }
  }
  return means
}

/** Sums over all places above and to the left of each corner between places: one column and one row more. */
function sumsOf(plane: Float32Array, columns: number, rows: number): Float64Array {
  const sums = new Float64Array((columns + 1) * (rows + 1))
  for (let y = 0; y < rows; y++) {
    let line = 0
    for (let x = 0; x < columns; x++) {
      line += plane[y * columns + x] ?? 0
      sums[(y + 1) * (columns + 1) + x + 1] = (sums[y * (columns + 1) + x + 1] ?? 0) + line
    }
  }
  return sums
}

/** Of the rectangle, from `sumsOf`. */
function sumIn(sums: Float64Array, columns: number, left: number, top: number, right: number, bottom: number): number {
  const at = (x: number, y: number) => sums[y * (columns + 1) + x] ?? 0
  return at(right, bottom) - at(right, top) - at(left, bottom) + at(left, top)
}
