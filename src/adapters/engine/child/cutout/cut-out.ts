/**
 * From a rough mask to a cut-out: the mask follows the edges of the picture at its full size, and along them the colour
 * of what was behind is taken out of the subject's.
 */
import type { Pixels } from '../pixels.ts'
import { type ColourSums, guide } from './guided.ts'
import { boxMean, type Drawing, placesOf, redraw, type Size, spread } from './planes.ts'

/** Longest side of the drawing that edges are measured on. */
export const edgeSide = 800

/** In place: alpha, and the colours where it is neither 0 nor full. */
export function cutOut(pixels: Pixels, drawing: Drawing, rough: Float32Array, roughSize: Size): void {
  const size = { width: drawing.width, height: drawing.height }
  const mask = redraw(rough, roughSize, size)
  const reach = Math.max(2, Math.round(Math.max(size.width, size.height) / 100))
  const sums = guide(drawing, mask.map(harder), reach, 4e-4)
  const edge = edgeOf(mask, size, reach)
  const behind = behindAndBefore(drawing, sums, edge)
  paint(pixels, sums, edge, behind)
}

/** A walk's answer is soft: what it is rather sure of, it is. */
const harder = (value: number) => Math.min(1, Math.max(0, (value - 0.3) / 0.4))

/** 0 background, 1 subject, between: an edge is near, and the filter decides. */
function edgeOf(mask: Float32Array, size: Size, reach: number): Float32Array {
  const sure = mask.map((value) => (value > 0.5 ? 1 : 0))
  const grown = spread(sure, size, reach, true)
  const shrunk = spread(sure, size, reach, false)
  return boxMean(
    grown.map((value, at) => (value + (shrunk[at] ?? 0)) / 2),
    size,
    1,
  )
}

interface Colours extends Size {
  /** Of the subject near by, and of the background, 0..255: three planes each. */
  front: readonly [Float32Array, Float32Array, Float32Array]
  back: readonly [Float32Array, Float32Array, Float32Array]
}

function behindAndBefore(drawing: Drawing, sums: ColourSums, edge: Float32Array): Colours {
  const { width, height, data } = drawing
  const size = { width, height }
  const alpha = new Float32Array(width * height)
  for (let at = 0; at < alpha.length; at++) {
    alpha[at] = alphaOf(sums, at, edge[at] ?? 0, data[at * 3] ?? 0, data[at * 3 + 1] ?? 0, data[at * 3 + 2] ?? 0)
  }
  const radius = Math.max(3, Math.round(Math.max(width, height) / 50))
  const means = (weight: (alpha: number) => number) => {
    const weights = alpha.map(weight)
    const total = boxMean(weights, size, radius)
    const band = (offset: number) => {
      const sum = boxMean(
        weights.map((share, at) => share * (data[at * 3 + offset] ?? 0)),
        size,
        radius,
      )
      return sum.map((value, at) => {
        const near = total[at] ?? 0
        return near > 1e-3 ? value / near : (data[at * 3 + offset] ?? 0)
      })
    }
    return [band(0), band(1), band(2)] as const
  }
  return { ...size, front: means((share) => share * share * share), back: means((share) => (1 - share) ** 3) }
}

function alphaOf(sums: ColourSums, at: number, edge: number, red: number, green: number, blue: number): number {
  if (edge <= 0.001) return 0
  if (edge >= 0.999) return 1
  const value =
    ((sums.red[at] ?? 0) * red + (sums.green[at] ?? 0) * green + (sums.blue[at] ?? 0) * blue) / 255 +
    (sums.offset[at] ?? 0)
  return crisp(value)
}

/** Smoothing leaves a veil on both sides. */
const crisp = (value: number) => Math.min(1, Math.max(0, (value - 0.12) / 0.76))

function paint(pixels: Pixels, sums: ColourSums, edge: Float32Array, colours: Colours): void {
  const { data, width, height } = pixels
  const columns = placesOf(sums.width, width)
  const rows = placesOf(sums.height, height)
  for (let y = 0; y < height; y++) {
    const top = (rows.place[y] ?? 0) * sums.width
    const bottom = Math.min(sums.height - 1, (rows.place[y] ?? 0) + 1) * sums.width
    const down = rows.share[y] ?? 0
    for (let x = 0; x < width; x++) {
      const left = columns.place[x] ?? 0
      const next = Math.min(sums.width - 1, left + 1)
      const right = columns.share[x] ?? 0
      const to = (y * width + x) * 4
      const a = top + left
      const b = top + next
      const c = bottom + left
      const d = bottom + next
      // Most of the picture lies far from any edge.
      const corners = (edge[a] ?? 0) + (edge[b] ?? 0) + (edge[c] ?? 0) + (edge[d] ?? 0)
      if (corners >= 3.999) continue
      if (corners <= 0.001) {
        data.writeUInt32LE(0, to)
        continue
      }
      const between = (plane: Float32Array) =>
        ((plane[a] ?? 0) * (1 - right) + (plane[b] ?? 0) * right) * (1 - down) +
        ((plane[c] ?? 0) * (1 - right) + (plane[d] ?? 0) * right) * down
      const [red, green, blue] = [data[to] ?? 0, data[to + 1] ?? 0, data[to + 2] ?? 0]
      const alpha = crisp(
        (between(sums.red) * red + between(sums.green) * green + between(sums.blue) * blue) / 255 +
          between(sums.offset),
      )
      const own = data[to + 3] ?? 255
      data[to + 3] = Math.round(alpha * own)
      if (alpha === 0) data.writeUInt32LE(0, to)
      else if (alpha < 1) for (let band = 0; band < 3; band++) unmix(data, to + band, alpha, colours, band, between)
    }
  }
}

/** What the pixel shows is subject and background mixed: the subject's part, near the colours that it has next to here. */
function unmix(
  data: Buffer,
  at: number,
  alpha: number,
  { front, back }: Colours,
  band: number,
  between: (plane: Float32Array) => number,
): void {
  const subject = between(front[band] ?? front[0])
  const behind = between(back[band] ?? back[0])
  const left = (data[at] ?? 0) - alpha * subject - (1 - alpha) * behind
  data[at] = Math.min(255, Math.max(0, Math.round(subject + alpha * left)))
}
