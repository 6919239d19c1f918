/** Straight line segments: neighbouring pixels whose gradients point the same way, grown to regions and kept when long and thin. */
import type { Plane } from './planes.ts'

export interface Segment {
  /** Middle, -1..1 from the picture's middle, in halves of its width and height. */
  x: number
  y: number
  /** Pixels of the plane. */
  length: number
  /** Degrees from the horizontal, -90..90, falling lines (down to the right) positive. */
  angle: number
}

/** Gradients weaker than this many luma steps a pixel, or than noise, are none. */
const weakest = 4
/** Cosine of twice the angle that two neighbours' directions may differ by: 22.5°. */
const alike = Math.SQRT1_2
const shortest = 10
/** Of strength, that edges are sorted by: one for each step of luma. */
const levels = 64
/** Pixels of the strongest edges that are followed: foliage has no end of weak ones. */
const enough = 30_000
/** Length to width. */
const thinnest = 5

export interface Gradients {
  width: number
  height: number
  /** Luma steps a pixel; 0 where too weak to tell a direction. */
  strength: Float32Array
  /** Of the line (across the gradient), as cosine and sine of twice its angle: both of its ends are the same. */
  cos: Float32Array
  sin: Float32Array
  /** Places that have a direction, in order. */
  edges: Int32Array
}

export function gradientsOf({ data, width, height }: Plane, noise: number): Gradients {
  const strength = new Float32Array(width * height)
  const cos = new Float32Array(width * height)
  const sin = new Float32Array(width * height)
  const least = Math.max(weakest, 3 * noise) ** 2
  const edges = new Int32Array(width * height)
  let count = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const a = data[at - width - 1] ?? 0
      const b = data[at - width] ?? 0
      const c = data[at - width + 1] ?? 0
      const g = data[at + width - 1] ?? 0
      const h = data[at + width] ?? 0
      const i = data[at + width + 1] ?? 0
      // Scharr's weights: the truest to the direction.
      const across = (3 * (c - a + i - g) + 10 * ((data[at + 1] ?? 0) - (data[at - 1] ?? 0))) / 32
      const down = (3 * (g - a + i - c) + 10 * (h - b)) / 32
      const square = across * across + down * down
      if (square < least) continue
      edges[count++] = at
      strength[at] = Math.sqrt(square)
      cos[at] = (down * down - across * across) / square
      sin[at] = (-2 * across * down) / square
    }
  }
  return { width, height, strength, cos, sin, edges: edges.subarray(0, count) }
}

export function segmentsOf(gradients: Gradients): Segment[] {
  const { width, height, strength, cos, sin } = gradients
  const taken = new Uint8Array(width * height)
  const members = new Int32Array(width * height)
  const segments: Segment[] = []
  let seen = 0
  for (const seed of strongestFirst(gradients)) {
    if (taken[seed] !== 0) continue
    if (seen > enough) break
    const count = grow(seed)
    seen += count
    const segment = count < shortest ? undefined : lineOf(members.subarray(0, count), gradients)
    if (segment !== undefined) segments.push(segment)
  }
  return segments

  function grow(seed: number): number {
    members[0] = seed
    taken[seed] = 1
    // The sum of their directions is the region's.
    let sumCos = cos[seed] ?? 0
    let sumSin = sin[seed] ?? 0
    let least = alike * alike
    let count = 1
    for (let next = 0; next < count; next++) {
      const at = members[next] ?? 0
      for (let dy = -width; dy <= width; dy += width) {
        for (let neighbour = at + dy - 1; neighbour <= at + dy + 1; neighbour++) {
          if (taken[neighbour] !== 0 || (strength[neighbour] ?? 0) === 0) continue
          const likeness = (cos[neighbour] ?? 0) * sumCos + (sin[neighbour] ?? 0) * sumSin
          if (likeness < 0 || likeness * likeness < least) continue
          taken[neighbour] = 1
          members[count++] = neighbour
          sumCos += cos[neighbour] ?? 0
          sumSin += sin[neighbour] ?? 0
          least = alike * alike * (sumCos * sumCos + sumSin * sumSin)
        }
      }
    }
    return count
  }
}

/** The strongest places first, coarsely: a counting sort. */
function strongestFirst({ strength, edges }: Gradients): Int32Array {
  const starts = new Int32Array(levels + 1)
  for (let index = 0; index < edges.length; index++) {
    const after = levels - levelOf(strength[edges[index] ?? 0] ?? 0)
    starts[after] = (starts[after] ?? 0) + 1
  }
  for (let place = 1; place <= levels; place++) starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0)
  const order = new Int32Array(edges.length)
  for (let index = 0; index < edges.length; index++) {
    const at = edges[index] ?? 0
    const place = levels - 1 - levelOf(strength[at] ?? 0)
    const next = starts[place] ?? 0
    order[next] = at
    starts[place] = next + 1
  }
  return order
}

function levelOf(size: number): number {
  return size >= levels ? levels - 1 : Math.floor(size)
}

/** The main axis of a region; undefined when it is no line. */
function lineOf(region: Int32Array, { width, height, strength }: Gradients): Segment | undefined {
  let weight = 0
  let sumX = 0
  let sumY = 0
  for (const at of region) {
    const size = strength[at] ?? 0
    weight += size
    sumX += size * (at % width)
    sumY += size * Math.floor(at / width)
  }
  const [centreX, centreY] = [sumX / weight, sumY / weight]
  let xx = 0
  let yy = 0
  let xy = 0
  for (const at of region) {
    const size = strength[at] ?? 0
    const x = (at % width) - centreX
    const y = Math.floor(at / width) - centreY
    xx += size * x * x
    yy += size * y * y
    xy += size * x * y
  }
  const half = (xx - yy) / 2
  const root = Math.sqrt(half * half + xy * xy)
  const long = Math.sqrt((12 * ((xx + yy) / 2 + root)) / weight)
  const wide = Math.sqrt(Math.max(0.5, (12 * ((xx + yy) / 2 - root)) / weight))
  if (long < shortest || long < thinnest * wide) return undefined
  const angle = (Math.atan2(xy, half) / 2) * (180 / Math.PI)
  return { x: (2 * centreX) / width - 1, y: (2 * centreY) / height - 1, length: long, angle }
}
