/** What tells photos of one view apart (core/sites/flags.ts), measured on the small drawing: brightness, detail, a grey grid. */
import { detailTiles, gridSize, type ViewMeasures } from '../../../../core/processing/description.ts'
import { type Drawing, spansOf } from './raster.ts'

interface Grey {
  data: Float32Array
  width: number
  height: number
}

/** Rounding to whole numbers makes so much of nothing: 1² + 2² + 1² twelfths. */
const rounding = 6 / 12

export function viewMeasures(drawing: Drawing): ViewMeasures {
  const { grey, mean, at } = greyOf(drawing)
  const half = halfOf(grey)
  return {
    side: Math.max(drawing.width, drawing.height),
    mean: Math.round(mean * 10) / 10,
    levels: [at(0.02), at(0.1), at(0.5), at(0.9), at(0.98)],
    detail: Buffer.concat([...energies(grey, 1), ...energies(half, 1 / 4)].map(logged)).toString('base64'),
    grid: gridOf(grey),
  }
}

/** Brightness (Rec. 601) on white; its mean, and the level that a share of the places is not above. */
function greyOf({ data, width, height, channels }: Drawing) {
  const grey = new Float32Array(width * height)
  const histogram = new Uint32Array(256)
  let sum = 0
  for (let at = 0, from = 0; at < grey.length; at++, from += channels) {
    let light = 0.299 * (data[from] ?? 0) + 0.587 * (data[from + 1] ?? 0) + 0.114 * (data[from + 2] ?? 0)
    const alpha = channels === 4 ? (data[from + 3] ?? 255) : 255
    if (alpha !== 255) light = (light * alpha) / 255 + 255 - alpha
    grey[at] = light
    sum += light
    const level = (light + 0.5) | 0
    histogram[level] = (histogram[level] ?? 0) + 1
  }
  const at = (share: number) => {
    let below = 0
    for (let level = 0; level < 256; level++) {
      below += histogram[level] ?? 0
      if (below >= grey.length * share) return level
    }
    return 255
  }
  return { grey: { data: grey, width, height }, mean: sum / Math.max(1, grey.length), at }
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
  const down = spansOf(height, rows)
  // Down first: line by line, as they lie in memory.
  const lines = new Float32Array(width * rows)
  for (let y = 0; y < rows; y++) {
    const to = y * width
    for (let part = down.starts[y] ?? 0; part < (down.starts[y + 1] ?? 0); part++) {
      const [from, weight] = [(down.places[part] ?? 0) * width, down.weights[part] ?? 0]
      for (let x = 0; x < width; x++) lines[to + x] = (lines[to + x] ?? 0) + (data[from + x] ?? 0) * weight
    }
  }
  const across = spansOf(width, columns)
  const grid = Buffer.alloc(columns * rows)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      for (let part = across.starts[x] ?? 0; part < (across.starts[x + 1] ?? 0); part++)
        sum += (lines[y * width + (across.places[part] ?? 0)] ?? 0) * (across.weights[part] ?? 0)
      grid[y * columns + x] = Math.min(255, Math.round(sum))
    }
  }
  return grid.toString('base64')
}
