/** Where a picture is interesting (`fo-auto`): faces and things that were found, edges, strong colours, skin; the middle. */
import type { FoundThings } from '../../../../core/processing/focus.ts'
import type { Area, Size } from '../../../../core/processing/geometry.ts'
import type { Box } from '../../../../core/processing/sight.ts'
import { fromPixels, type Pixels } from '../pixels.ts'

/** The picture is judged at this size. */
const judgedSide = 96
const edgeWeight = 1
const saturationWeight = 0.25
const skinWeight = 1.2
/** What the middle counts more than the edge. */
const centreBonus = 0.15

/** The area of these sides that holds the most; as large as the picture: all of it. */
export async function interestingArea(
  pixels: Pixels,
  { width, height }: Size,
  found: FoundThings = { faces: [], objects: [] },
): Promise<Area> {
  const scale = Math.min(1, judgedSide / Math.max(pixels.width, pixels.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const map = { width: side(pixels.width), height: side(pixels.height) }
  const { data } = await fromPixels(pixels)
    .resize(map.width, map.height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  const sums = summed(withFound(interest(data, map), map, found), map)
  const window = { width: Math.min(side(width), map.width), height: Math.min(side(height), map.height) }
  const best = bestWindow(sums, map, window)
  // From the middle of the window on the map to the box in the picture.
  const start = (at: number, small: number, mapSide: number, own: number, wanted: number) =>
    small === mapSide
      ? Math.floor((own - wanted) / 2)
      : Math.min(own - wanted, Math.max(0, Math.round(((at + small / 2) / mapSide) * own - wanted / 2)))
  return {
    left: start(best.left, window.width, map.width, pixels.width, width),
    top: start(best.top, window.height, map.height, pixels.height, height),
    width,
    height,
  }
}

/** Faces count as much as all else together, things half of it; what is larger than half of the picture says nothing. */
function withFound(values: Float64Array, map: Size, { faces, objects }: FoundThings): Float64Array {
  const all = values.reduce((sum, value) => sum + value, 0) + 1
  const things = objects.filter(({ box }) => box.width * box.height < 0.5)
  const certain = things.reduce((sum, { confidence }) => sum + confidence, 0)
  for (const { box } of faces) raise(values, map, box, all / faces.length)
  for (const { box, confidence } of things) raise(values, map, box, (all * confidence) / (2 * Math.max(1, certain)))
  return values
}

/** Spreads so much over the box. */
function raise(values: Float64Array, map: Size, box: Box, amount: number): void {
  const [left, right] = [Math.floor(box.x * map.width), Math.ceil((box.x + box.width) * map.width)]
  const [top, bottom] = [Math.floor(box.y * map.height), Math.ceil((box.y + box.height) * map.height)]
  const each = amount / Math.max(1, (right - left) * (bottom - top))
  for (let y = top; y < Math.min(map.height, bottom); y++) {
    for (let x = left; x < Math.min(map.width, right); x++) {
      values[y * map.width + x] = (values[y * map.width + x] ?? 0) + each
    }
  }
}

function interest(data: Buffer, { width, height }: Size): Float64Array {
  const light = new Float64Array(width * height)
  for (let at = 0; at < light.length; at++) light[at] = luminance(data, at * 4)
  return light.map((own, at) => {
    const [x, y] = [at % width, Math.floor(at / width)]
    const beside = (dx: number, dy: number) =>
      light[Math.min(height - 1, Math.max(0, y + dy)) * width + Math.min(width - 1, Math.max(0, x + dx))] ?? own
    const edge = Math.abs(4 * own - beside(-1, 0) - beside(1, 0) - beside(0, -1) - beside(0, 1))
    const [offX, offY] = [(2 * x) / width - 1, (2 * y) / height - 1]
    const middle = 1 + centreBonus * (1 - Math.min(1, offX * offX + offY * offY))
    const alpha = (data[at * 4 + 3] ?? 255) / 255
    return middle * alpha * (edge * edgeWeight + colourInterest(data, at * 4))
  })
}

function luminance(data: Buffer, at: number): number {
  const alpha = (data[at + 3] ?? 255) / 255
  return alpha * (0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0))
}

function colourInterest(data: Buffer, at: number): number {
  const [red, green, blue] = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  const strength = (most - least) * saturationWeight
  const isSkin = red > 80 && red > green && green > blue && red - blue > 20 && red - blue < 130 && green > 0.45 * red
  return isSkin ? strength + 25 * skinWeight : strength
}

/** Sums over everything above and to the left: an area's sum is then four look-ups. */
function summed(values: Float64Array, { width, height }: Size): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] ?? 0
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row
    }
  }
  return sums
}

/** Of equals the one nearest to the middle. */
function bestWindow(sums: Float64Array, map: Size, window: Size): { left: number; top: number } {
  const at = (x: number, y: number) => sums[y * (map.width + 1) + x] ?? 0
  const middle = { left: (map.width - window.width) / 2, top: (map.height - window.height) / 2 }
  let best = { left: 0, top: 0, sum: -1, off: 0 }
  for (let top = 0; top + window.height <= map.height; top++) {
    for (let left = 0; left + window.width <= map.width; left++) {
      const [right, bottom] = [left + window.width, top + window.height]
      const sum = at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)
      const off = Math.abs(left - middle.left) + Math.abs(top - middle.top)
      const margin = Math.abs(best.sum) * 1e-9
      if (sum > best.sum + margin || (sum > best.sum - margin && off < best.off)) best = { left, top, sum, off }
    }
  }
  return best
}
