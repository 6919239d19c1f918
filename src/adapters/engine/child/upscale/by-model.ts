/** Enlarging by a model of the task `upscale`: tile after tile, each with a margin, so that memory stays that of a tile. */
import type { Model } from '../../../../core/processing/model.ts'
import type { Sessions } from '../vision/sessions.ts'
import type { Raster } from './lanczos.ts'

/** Of the old picture, without the margin. */
const tileSide = 192
/** More than any of these models looks around. */
const margin = 16
/** What would take longer is left to the resampler: the file has 120 s in all, and the machine may become busier. */
const longestMs = 60_000

/**
 * An RGB picture `factor` times as large; undefined: it would take too long.
 * @throws Error: the model is broken
 */
export async function enlargeByModel(
  from: Raster,
  factor: number,
  model: Model,
  sessions: Sessions,
): Promise<Raster | undefined> {
  const width = from.width * factor
  const height = from.height * factor
  const tiles = tilesOf(from)
  const data = Buffer.alloc(width * height * 3)
  const began = performance.now()
  for (const [index, tile] of tiles.entries()) {
    const output = await run(from, tile, model, sessions)
    place(output, tile, factor, model, { data, width, height, channels: 3 })
    const soFar = performance.now() - began
    if ((soFar / (index + 1)) * tiles.length > longestMs) return undefined
  }
  return { data, width, height, channels: 3 }
}

/** The model's picture (x, y, sides), and the part of it that is kept. */
interface Tile {
  x: number
  y: number
  width: number
  height: number
  inner: { x: number; y: number; width: number; height: number }
}

function tilesOf({ width, height }: Raster): Tile[] {
  const tiles: Tile[] = []
  for (let top = 0; top < height; top += tileSide) {
    for (let left = 0; left < width; left += tileSide) {
      const inner = {
        x: left,
        y: top,
        width: Math.min(tileSide, width - left),
        height: Math.min(tileSide, height - top),
      }
      const x = Math.max(0, left - margin)
      const y = Math.max(0, top - margin)
      const right = Math.min(width, left + inner.width + margin)
      const bottom = Math.min(height, top + inner.height + margin)
      tiles.push({ x, y, width: right - x, height: bottom - y, inner })
    }
  }
  return tiles
}

async function run(from: Raster, tile: Tile, model: Model, sessions: Sessions): Promise<Float32Array> {
  const { input, outputs } = model
  const { x, y, width, height } = tile
  const count = width * height
  const data = new Float32Array(count * 3)
  for (let channel = 0; channel < 3; channel++) {
    const band = input.channels === 'RGB' ? channel : 2 - channel
    const [start, step] = input.layout === 'NCHW' ? [channel * count, 1] : [channel, 3]
    const [mean = 0, std = 1] = [input.mean[channel], input.std[channel]]
    for (let pixel = 0; pixel < count; pixel++) {
      const at = ((y + Math.floor(pixel / width)) * from.width + x + (pixel % width)) * from.channels + band
      data[start + pixel * step] = ((from.data[at] ?? 0) - mean) / std
    }
  }
  const shape = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3]
  const name = outputs.pixels ?? 'pixels'
  const output = (await sessions.run(model, { data, shape }))[name]
  if (output === undefined) throw new Error(`the file has no output ${name}`)
  return output.data
}

/** @throws Error: the output is not `factor` times as large as the input */
function place(output: Float32Array, tile: Tile, factor: number, { input }: Model, to: Raster): void {
  const [wide, high] = [tile.width * factor, tile.height * factor]
  if (output.length !== wide * high * 3) {
    throw new Error(`the output has ${output.length} values, not those of ${wide}x${high} pixels`)
  }
  const { inner } = tile
  const [skipX, skipY] = [(inner.x - tile.x) * factor, (inner.y - tile.y) * factor]
  for (let channel = 0; channel < 3; channel++) {
    const band = input.channels === 'RGB' ? channel : 2 - channel
    const [start, step] = input.layout === 'NCHW' ? [channel * wide * high, 1] : [channel, 3]
    const [mean = 0, std = 1] = [input.mean[channel], input.std[channel]]
    for (let row = 0; row < inner.height * factor; row++) {
      for (let column = 0; column < inner.width * factor; column++) {
        const value = (output[start + ((row + skipY) * wide + column + skipX) * step] ?? 0) * std + mean
        const at = ((inner.y * factor + row) * to.width + inner.x * factor + column) * 3 + band
        to.data[at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5
      }
    }
  }
}
