/** What tells photos of one view apart (core/sites/flags.ts), measured on the small drawing: brightness, detail, a grey grid. */
import { detailTiles, gridSize, type ViewMeasures } from '../../../../core/processing/description.ts'
import type { Pixels } from '../pixels.ts'

interface Grey {
  data: Float32Array
  width: number
  height: number
}

/** Rounding to whole numbers makes so much of nothing: 1² + 2² + 1² twelfths. */
const rounding = 6 / 12

export function viewMeasures(pixels: Pixels): ViewMeasures {
  const grey = greyOf(pixels)
  const half = halfOf(grey)
  const { mean, at } = brightness(grey)
  return {
    side: Math.max(pixels.width, pixels.height),
    mean: Math.round(mean * 10) / 10,
    levels: [at(0.02), at(0.1), at(0.5), at(0.9), at(0.98)],
    detail: Buffer.concat([...energies(grey, 1), ...energies(half, 1 / 4)].map(logged)).toString('base64'),
    grid: gridOf(grey),
  }
}

/** Brightness (Rec. 601) on white. */
function greyOf({ data, width, height }: Pixels): Grey {
  const grey = new Float32Array(width * height)
  for (let at = 0, from = 0; at < grey.length; at++, from += 4) {
    const light = 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0)
    const alpha = data[from + 3] ?? 255
    grey[at] = alpha === 255 ? light : (light * alpha) / 255 + 255 - alpha
  }
  return { data: grey, width, height }
}

function brightness({ data }: Grey) {
  const histogram = new Uint32Array(256)
  let sum = 0
  for (const value of data) {
    const level = Math.min(255, Math.round(value))
    histogram[level] = (histogram[level] ?? 0) + 1
    sum += value
  }
  const at = (share: number) => {
    let below = 0
    for (let level = 0; level < 256; level++) {
      below += histogram[level] ?? 0
      if (below >= data.length * share) return level
    }
    return 255
  }
  return { mean: sum / Math.max(1, data.length), at }
}

/** Means of 2 by 2; of a side of one place the place itself. */
function halfOf({ data, width, height }: Grey): Grey {
  const [columns, rows] = [Math.max(1, width >> 1), Math.max(1, height >> 1)]
  const [right, below] = [width > 1 ? 1 : 0, height > 1 ? width : 0]
  const half = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = 2 * y * width + 2 * x
      half[y * columns + x] =
        ((data[at] ?? 0) + (data[at + right] ?? 0) + (data[at + below] ?? 0) + (data[at + right + below] ?? 0)) / 4
    }
  }
  return { data: half, width: columns, height: rows }
}

/** Mean squares of the second differences across and down in each tile, without what rounding adds. */
function energies({ data, width, height }: Grey, noise: number): [across: Float64Array, down: Float64Array] {
  const { columns, rows } = detailTiles
  const across = new Float64Array(columns * rows)
  const down = new Float64Array(columns * rows)
  const counts = new Uint32Array(columns * rows)
  for (let y = 1; y < height - 1; y++) {
    const row = Math.floor((y * rows) / height) * columns
    for (let column = 0; column < columns; column++) {
      const from = Math.max(1, Math.ceil((column * width) / columns))
      const to = Math.min(width - 1, Math.ceil(((column + 1) * width) / columns))
      let [sideways, upright] = [0, 0]
      for (let x = from, at = y * width + from; x < to; x++, at++) {
        const twice = 2 * (data[at] ?? 0)
        const dx = twice - (data[at - 1] ?? 0) - (data[at + 1] ?? 0)
        const dy = twice - (data[at - width] ?? 0) - (data[at + width] ?? 0)
        sideways += dx * dx
        upright += dy * dy
      }
      across[row + column] = (across[row + column] ?? 0) + sideways
      down[row + column] = (down[row + column] ?? 0) + upright
      counts[row + column] = (counts[row + column] ?? 0) + Math.max(0, to - from)
    }
  }
  const mean = (sum: number, tile: number) => Math.max(0, sum / Math.max(1, counts[tile] ?? 1) - rounding * noise)
  return [across.map(mean), down.map(mean)]
}

/** Sixteenths of an octave above 1, a byte each. */
const logged = (values: Float64Array) =>
  Buffer.from(Uint8Array.from(values, (value) => Math.min(255, Math.round(16 * Math.log2(1 + value)))))

/** The picture on `gridSize` places, whatever its ratio; each is the mean of the area it covers. */
function gridOf({ data, width, height }: Grey): string {
  const { columns, rows } = gridSize
  const across = new Float32Array(columns * height)
  const spans = spansOf(width, columns)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (const { at, weight } of spans[x] ?? []) sum += (data[y * width + at] ?? 0) * weight
      across[y * columns + x] = sum
    }
  }
  const grid = new Uint8Array(columns * rows)
  for (const [y, parts] of spansOf(height, rows).entries()) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (const { at, weight } of parts) sum += (across[at * columns + x] ?? 0) * weight
      grid[y * columns + x] = Math.min(255, Math.round(sum))
    }
  }
  return Buffer.from(grid).toString('base64')
}

/** Which places of a line of `from` make up each of `to`; the weights of one are 1 together. */
function spansOf(from: number, to: number): { at: number; weight: number }[][] {
  const scale = from / to
  return Array.from({ length: to }, (_, index) => {
    const [start, end] = [index * scale, Math.min(from, (index + 1) * scale)]
    const parts: { at: number; weight: number }[] = []
    for (let at = Math.floor(start); at < end; at++) {
      parts.push({ at, weight: (Math.min(end, at + 1) - Math.max(start, at)) / scale })
    }
    return parts
  })
}
