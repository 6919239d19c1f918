/**
 * A random walk with priors: every pixel becomes what its prior says and what its neighbours are, the more the alike they
 * look. One sparse system of equations, solved by conjugate gradients.
 */
import type { Size } from './planes.ts'

const rounds = 50
const precision = 1e-3

export interface Links {
  right: Float32Array
  down: Float32Array
}

/** How alike neighbours are, 0..1, on the scale of this picture. */
export function linksOf(lab: Float32Array, { width, height }: Size): Links {
  const right = new Float32Array(width * height)
  const down = new Float32Array(width * height)
  let [sum, count] = [0, 1]
  const apart = (one: number, other: number) => {
    const far =
      ((lab[one * 3] ?? 0) - (lab[other * 3] ?? 0)) ** 2 +
      ((lab[one * 3 + 1] ?? 0) - (lab[other * 3 + 1] ?? 0)) ** 2 +
      ((lab[one * 3 + 2] ?? 0) - (lab[other * 3 + 2] ?? 0)) ** 2
    sum += far
    count += 1
    return far
  }
  for (let at = 0; at < right.length; at++) {
    if (at % width < width - 1) right[at] = apart(at, at + 1)
    if (at < width * (height - 1)) down[at] = apart(at, at + width)
  }
  const scale = Math.max(4, (2 * sum) / count)
  const alike = (far: number) => Math.exp(-far / scale) + 0.002
  for (let at = 0; at < right.length; at++) {
    right[at] = at % width < width - 1 ? alike(right[at] ?? 0) : 0
    down[at] = at < width * (height - 1) ? alike(down[at] ?? 0) : 0
  }
  return { right, down }
}

/**
 * @param wanted what each pixel's prior says, 0..1
 * @param pull how strongly, against 1 for a neighbour of the same colour
 * @param subject where to begin; changed in place
 */
export function walk(
  links: Links,
  { width }: Size,
  wanted: Float32Array,
  pull: Float32Array,
  subject: Float32Array,
): void {
  const count = subject.length
  // A row of nothing before and after, so that no neighbour has to be asked whether it is there.
  const [start, end] = [width, width + count]
  const padded = (from?: Float32Array) => {
    const plane = new Float32Array(count + 2 * width)
    if (from !== undefined) plane.set(from, start)
    return plane
  }
  const [right, down, solved] = [padded(links.right), padded(links.down), padded(subject)]
  const diagonal = padded(pull)
  for (let at = start; at < end; at++) {
    diagonal[at] =
      (diagonal[at] ?? 0) + (right[at] ?? 0) + (down[at] ?? 0) + (right[at - 1] ?? 0) + (down[at - width] ?? 0)
  }
  const times = (of: Float32Array, to: Float32Array) => {
    for (let at = start; at < end; at++) {
      to[at] =
        (diagonal[at] ?? 0) * (of[at] ?? 0) -
        (right[at] ?? 0) * (of[at + 1] ?? 0) -
        (down[at] ?? 0) * (of[at + width] ?? 0) -
        (right[at - 1] ?? 0) * (of[at - 1] ?? 0) -
        (down[at - width] ?? 0) * (of[at - width] ?? 0)
    }
  }
  const [left, eased, way, product] = [padded(), padded(), padded(), padded()]
  times(solved, product)
  for (let at = start; at < end; at++) {
    left[at] = (pull[at - start] ?? 0) * (wanted[at - start] ?? 0) - (product[at] ?? 0)
    eased[at] = (left[at] ?? 0) / (diagonal[at] ?? 1)
    way[at] = eased[at] ?? 0
  }
  let size = dot(left, eased)
  const enough = Math.max(size, 1e-9) * precision * precision
  for (let round = 0; round < rounds && size > enough; round++) {
    times(way, product)
    const step = size / Math.max(1e-20, dot(way, product))
    for (let at = start; at < end; at++) {
      solved[at] = (solved[at] ?? 0) + step * (way[at] ?? 0)
      left[at] = (left[at] ?? 0) - step * (product[at] ?? 0)
      eased[at] = (left[at] ?? 0) / (diagonal[at] ?? 1)
    }
    const next = dot(left, eased)
    const turn = next / size
    size = next
    for (let at = start; at < end; at++) way[at] = (eased[at] ?? 0) + turn * (way[at] ?? 0)
  }
  subject.set(solved.subarray(start, end))
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}
