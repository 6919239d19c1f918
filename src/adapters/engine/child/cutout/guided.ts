/** A guided filter: a rough mask that follows the edges of the picture, as sums of its colours; larger drawings can use them too. */
import { boxMean, type Drawing, type Size } from './planes.ts'

/** Mask at a pixel = red * r + green * g + blue * b + offset, colours 0..1. */
export interface ColourSums extends Size {
  red: Float32Array
  green: Float32Array
  blue: Float32Array
  offset: Float32Array
}

/** `softness`: variances of colour below it are no edges. */
export function guide(drawing: Drawing, mask: Float32Array, radius: number, softness: number): ColourSums {
  const { width, height, data } = drawing
  const size = { width, height }
  const count = width * height
  const mean = (of: (at: number) => number) => {
    const plane = new Float32Array(count)
    for (let at = 0; at < count; at++) plane[at] = of(at)
    return boxMean(plane, size, radius)
  }
  const r = (at: number) => (data[at * 3] ?? 0) / 255
  const g = (at: number) => (data[at * 3 + 1] ?? 0) / 255
  const b = (at: number) => (data[at * 3 + 2] ?? 0) / 255
  const m = (at: number) => mask[at] ?? 0
  const means = { r: mean(r), g: mean(g), b: mean(b), m: mean(m) }
  const mixed = { r: mean((at) => r(at) * m(at)), g: mean((at) => g(at) * m(at)), b: mean((at) => b(at) * m(at)) }
  const squares = {
    rr: mean((at) => r(at) * r(at)),
    gg: mean((at) => g(at) * g(at)),
    bb: mean((at) => b(at) * b(at)),
    rg: mean((at) => r(at) * g(at)),
    rb: mean((at) => r(at) * b(at)),
    gb: mean((at) => g(at) * b(at)),
  }
  const [red, green, blue, offset] = [0, 0, 0, 0].map(() => new Float32Array(count)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  for (let at = 0; at < count; at++) {
    const [mr, mg, mb, mm] = [means.r[at] ?? 0, means.g[at] ?? 0, means.b[at] ?? 0, means.m[at] ?? 0]
    const xx = (squares.rr[at] ?? 0) - mr * mr + softness
    const yy = (squares.gg[at] ?? 0) - mg * mg + softness
    const zz = (squares.bb[at] ?? 0) - mb * mb + softness
    const xy = (squares.rg[at] ?? 0) - mr * mg
    const xz = (squares.rb[at] ?? 0) - mr * mb
    const yz = (squares.gb[at] ?? 0) - mg * mb
    const cr = (mixed.r[at] ?? 0) - mr * mm
    const cg = (mixed.g[at] ?? 0) - mg * mm
    const cb = (mixed.b[at] ?? 0) - mb * mm
    // The inverse of the symmetric covariance, times how mask and colours go together.
    const [ixx, ixy, ixz] = [yy * zz - yz * yz, xz * yz - xy * zz, xy * yz - xz * yy]
    const [iyy, iyz, izz] = [xx * zz - xz * xz, xy * xz - xx * yz, xx * yy - xy * xy]
    const determinant = Math.max(1e-12, xx * ixx + xy * ixy + xz * ixz)
    const ar = (ixx * cr + ixy * cg + ixz * cb) / determinant
    const ag = (ixy * cr + iyy * cg + iyz * cb) / determinant
    const ab = (ixz * cr + iyz * cg + izz * cb) / determinant
    red[at] = ar
    green[at] = ag
    blue[at] = ab
    offset[at] = mm - ar * mr - ag * mg - ab * mb
  }
  return {
    ...size,
    red: boxMean(red, size, radius),
    green: boxMean(green, size, radius),
    blue: boxMean(blue, size, radius),
    offset: boxMean(offset, size, radius),
  }
}
