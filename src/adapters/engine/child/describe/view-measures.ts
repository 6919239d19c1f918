/** What tells photos of one view apart (core/sites/flags.ts), measured on the small drawing: brightness, detail, a grey grid. */
import { detailTiles, gridSize, type ViewMeasures } from '../../../../core/processing/description.ts'
import type { Pixels } from '../pixels.ts'

interface Grey {
  data: Float32Array
  width: number
  height: number
}

/** Rounding to whole numbers makes so much of nothing: 20 / 12, as the Laplacian sums it. */
const rounding = 20 / 12

/** @param fileBytes of the whole file; 0: not known */
export function viewMeasures(pixels: Pixels, fileBytes: number, sides: { width: number; height: number }): ViewMeasures {
  const grey = greyOf(pixels)
  const half = halfOf(grey)
  const { mean, at } = brightness(grey)
  return {
    mean: Math.round(mean * 10) / 10,
    levels: [at(0.02), at(0.1), at(0.5), at(0.9), at(0.98)],
    fine: logged(energies(grey, 1)),
    coarse: logged(energies(half, 1 / 4)),
    grid: gridOf(grey),
    bitsPerPixel: Math.round(((fileBytes * 8) / (sides.width * sides.height)) * 1000) / 1000,
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

/** Mean square of the Laplacian in each tile, without what rounding adds. */
function energies({ data, width, height }: Grey, noise: number): Float64Array {
  const { columns, rows } = detailTiles
  const sums = new Float64Array(columns * rows)
  const counts = new Uint32Array(columns * rows)
  for (let y = 1; y < height - 1; y++) {
    const row = Math.floor((y * rows) / height) * columns
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const value =
        4 * (data[at] ?? 0) -
        (data[at - 1] ?? 0) -
        (data[at + 1] ?? 0) -
        (data[at - width] ?? 0) -
        (data[at + width] ?? 0)
      const tile = row + Math.floor((x * columns) / width)
      sums[tile] = (sums[tile] ?? 0) + value * value
      counts[tile] = (counts[tile] ?? 0) + 1
    }
  }
  return sums.map((sum, tile) => Math.max(0, sum / Math.max(1, counts[tile] ?? 1) - rounding * noise))
}

/** Sixteenths of an octave above 1, a byte each: 0..255 is 1..60,000. */
const logged = (values: Float64Array) =>
  Buffer.from(Uint8Array.from(values, (value) => Math.min(255, Math.round(16 * Math.log2(1 + value))))).toString(
    'base64',
  )

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
