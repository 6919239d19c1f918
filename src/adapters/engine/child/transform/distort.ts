/** `e-distort`: the picture in perspective (its corners put elsewhere) or bent along an arc; the result is as large as the new shape. */
import { invalid } from '../../../../core/errors.ts'
import type { Step } from '../../../../core/processing/transformation.ts'
import { checkSize } from '../limits.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import type { Around, Size } from './run-parts.ts'
import { type Fetch, warp } from './warp.ts'

export async function distortStep(pixels: Pixels, { distort }: Step, around: Around): Promise<Pixels> {
  if (distort === undefined) return pixels
  const check = (size: Size) =>
    checkSize('The distorted picture ("e-distort")', { ...size, frames: 1 }, around.context.limits)
  return distort.type === 'arc'
    ? bend(pixels, distort.degrees, check)
    : await project(
        pixels,
        distort.corners.map(([x, y]) => ({ x, y })),
        check,
      )
}

interface Point {
  x: number
  y: number
}

/** @throws DomainError invalid: four corners that are no convex shape with the picture's sense of rotation */
async function project(pixels: Pixels, corners: readonly Point[], check: (size: Size) => void): Promise<Pixels> {
  const area = areaOf(corners)
  if (corners.length !== 4 || area === undefined) {
    throw invalid(
      'tr',
      'The corners of "e-distort-p" must be a shape without dents, clockwise from the top left: x1_y1_x2_y2_x3_y3_x4_y4.',
    )
  }
  const [left, top] = [
    Math.floor(Math.min(...corners.map(({ x }) => x))),
    Math.floor(Math.min(...corners.map(({ y }) => y))),
  ]
  const width = Math.ceil(Math.max(...corners.map(({ x }) => x))) - left
  const height = Math.ceil(Math.max(...corners.map(({ y }) => y))) - top
  check({ width, height })
  const source = await shrunk(pixels, Math.sqrt(area / (pixels.width * pixels.height)))
  const moved = corners.map(({ x, y }) => ({ x: x - left, y: y - top }))
  return warp(source, { width, height }, projection(source, moved))
}

/** Twice as fine as the result at most: bilinear sampling would skip pixels of a larger one. */
async function shrunk(pixels: Pixels, scale: number): Promise<Pixels> {
  if (scale >= 0.5) return pixels
  const side = (length: number) => Math.max(1, Math.ceil(length * scale))
  const size = { width: side(pixels.width), height: side(pixels.height) }
  return await toPixels(fromPixels(pixels).resize({ ...size, fit: 'fill' }))
}

/** Undefined when the corners do not turn right all the way round. */
function areaOf(corners: readonly Point[]): number | undefined {
  let sum = 0
  for (const [index, one] of corners.entries()) {
    const [two, three] = [corners[(index + 1) % 4], corners[(index + 2) % 4]]
    if (two === undefined || three === undefined) return undefined
    if ((two.x - one.x) * (three.y - two.y) - (two.y - one.y) * (three.x - two.x) < 1e-6) return undefined
    sum += one.x * two.y - two.x * one.y
  }
  return sum / 2
}

/**
 * The inverse of the projective mapping that takes the picture's corners to these: the unit square's (Heckbert 1989), inverted by its
 * adjoint, then the picture's sides.
 */
function projection({ width, height }: Size, [p0, p1, p2, p3]: readonly Point[]): Fetch {
  if (p0 === undefined || p1 === undefined || p2 === undefined || p3 === undefined) throw new Error('four corners')
  const sum = { x: p0.x - p1.x + p2.x - p3.x, y: p0.y - p1.y + p2.y - p3.y }
  const [one, two] = [
    { x: p1.x - p2.x, y: p1.y - p2.y },
    { x: p3.x - p2.x, y: p3.y - p2.y },
  ]
  const determinant = one.x * two.y - two.x * one.y
  const g = (sum.x * two.y - two.x * sum.y) / determinant
  const h = (one.x * sum.y - sum.x * one.y) / determinant
  const [a, b, c] = [p1.x - p0.x + g * p1.x, p3.x - p0.x + h * p3.x, p0.x]
  const [d, e, f] = [p1.y - p0.y + g * p1.y, p3.y - p0.y + h * p3.y, p0.y]
  const [ia, ib, ic] = [e - f * h, c * h - b, b * f - c * e]
  const [id, ie, ig] = [f * g - d, a - c * g, c * d - a * f]
  const [ih, ii, ij] = [d * h - e * g, b * g - a * h, a * e - b * d]
  return (x, y, place) => {
    const depth = ih * x + ii * y + ij
    place[0] = ((ia * x + ib * y + ic) / depth) * width
    place[1] = ((id * x + ie * y + ig) / depth) * height
  }
}

/** Upwards like a bridge, below 0 downwards; along its middle line the picture keeps its scale. */
function bend(pixels: Pixels, degrees: number, check: (size: Size) => void): Pixels {
  const angle = (Math.min(360, Math.abs(degrees)) * Math.PI) / 180
  if (angle === 0) return pixels
  const { width, height } = pixels
  const middle = width / angle
  // A tall picture would fold over the centre: it begins there.
  const [inner, outer] = [Math.max(0, middle - height / 2), Math.max(height, middle + height / 2)]
  const half = angle / 2
  const reach = half >= Math.PI / 2 ? outer : outer * Math.sin(half)
  const lowest = Math.cos(half) * (half >= Math.PI / 2 ? outer : inner)
  const size = {
    width: Math.max(1, Math.ceil(2 * reach - 1e-6)),
    height: Math.max(1, Math.ceil(outer - lowest - 1e-6)),
  }
  check(size)
  const downwards = degrees < 0
  const fetch: Fetch = (x, y, place) => {
    const dx = x - size.width / 2
    const dy = outer - (downwards ? size.height - y : y)
    const depth = ((outer - Math.sqrt(dx * dx + dy * dy)) / (outer - inner)) * height
    place[0] = (Math.atan2(dx, dy) / angle + 0.5) * width
    place[1] = downwards ? height - depth : depth
  }
  return warp(pixels, size, fetch, { around: angle >= 2 * Math.PI })
}
