/** The one small drawing of a picture that all facts about its pixels are taken from, and smaller ones made of it. */
import sharp, { type Sharp } from 'sharp'
import type { Header } from '../picture.ts'
import { exifTurn, turned } from '../steps/orient.ts'
import { turnFrame } from '../steps/turn.ts'

/**
 * The square that the drawing fits in. At a ninth of its sides and less a JPEG's decoder has least to do, and all that it
 * gives then is taken (how sharp a view is shows in fine detail), up to where pixels begin to cost more than decoding. A
 * thumbnail that shall come of the same decoding (image-urls.md, `n-ik_ml_thumbnail`: 400 x 300) only needs a larger box.
 */
export function drawingBox({ width, height }: Pick<Header, 'width' | 'height'>): { width: number; height: number } {
  const side = Math.min(480, Math.max(160, Math.floor(Math.max(width, height) / 9)))
  return { width: side, height: side }
}

/** A small drawing, 8 bits: RGB, or straight RGBA where there is something to see through. */
export interface Drawing {
  data: Buffer
  width: number
  height: number
  channels: 3 | 4
}

/** Decodes the picture at a fraction of its size where the format allows, in sRGB, upright. Throws when it is damaged. */
export async function drawRaster(
  image: Sharp,
  header: Pick<Header, 'orientation'>,
  box: { width: number; height: number },
): Promise<Drawing> {
  const turn = exifTurn(header.orientation)
  const { width, height } = turned(box, turn)
  // Turning first would keep the decoder from shrinking as it loads.
  const stored = await rendered(image.resize({ width, height, fit: 'inside', withoutEnlargement: true }))
  if (turn.quarters === 0 && !turn.flop) return stored
  return await rendered(turnFrame(fromDrawing(stored), turn))
}

/** At most this long a side. */
export async function fitted(drawing: Drawing, side: number): Promise<Drawing> {
  if (Math.max(drawing.width, drawing.height) <= side) return drawing
  return await rendered(fromDrawing(drawing).resize(side, side, { fit: 'inside' }))
}

/** Without an alpha channel where there is none: resampling with one takes twice as long. */
async function rendered(image: Sharp): Promise<Drawing> {
  const { data, info } = await image.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels !== 3 && channels !== 4) throw new Error(`a drawing with ${channels} channels`)
  return { data, width, height, channels }
}

export function fromDrawing({ data, width, height, channels }: Drawing): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
}

/** Colours as numbers: premultiplied by alpha, 4 per pixel, 0..255. */
export interface Averages {
  data: Float32Array
  width: number
  height: number
}

/** Of squares of `size` by `size` pixels, the last ones of a line or column as far as they go. */
export function averagesOf({ data, width, height, channels }: Drawing, size: number): Averages {
  const [columns, rows] = [Math.ceil(width / size), Math.ceil(height / size)]
  const averages = new Float32Array(columns * rows * 4)
  for (let y = 0, to = 0; y < rows; y++) {
    const bottom = Math.min(height, (y + 1) * size)
    for (let x = 0; x < columns; x++, to += 4) {
      const right = Math.min(width, (x + 1) * size)
      const count = (bottom - y * size) * (right - x * size)
      let red = 0
      let green = 0
      let blue = 0
      let alpha = 0
      for (let row = y * size; row < bottom; row++) {
        for (let at = (row * width + x * size) * channels; at < (row * width + right) * channels; at += channels) {
          const opacity = channels === 4 ? (data[at + 3] ?? 0) : 255
          red += (data[at] ?? 0) * opacity
          green += (data[at + 1] ?? 0) * opacity
          blue += (data[at + 2] ?? 0) * opacity
          alpha += opacity
        }
      }
      averages[to] = red / (255 * count)
      averages[to + 1] = green / (255 * count)
      averages[to + 2] = blue / (255 * count)
      averages[to + 3] = alpha / count
    }
  }
  return { data: averages, width: columns, height: rows }
}

/** Resampled to these sides; each new pixel is the mean of the area it covers. */
export function resample(averages: Averages, width: number, height: number): Averages {
  return sumDown(sumAcross(averages, width), height)
}

function sumAcross({ data, width: from, height }: Averages, width: number): Averages {
  const { starts, places, weights } = spansOf(from, width)
  const sums = new Float32Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue, alpha] = [0, 0, 0, 0]
      const end = starts[x + 1] ?? 0
      for (let part = starts[x] ?? 0; part < end; part++) {
        const at = (y * from + (places[part] ?? 0)) * 4
        const weight = weights[part] ?? 0
        red += (data[at] ?? 0) * weight
        green += (data[at + 1] ?? 0) * weight
        blue += (data[at + 2] ?? 0) * weight
        alpha += (data[at + 3] ?? 0) * weight
      }
      const to = (y * width + x) * 4
      sums[to] = red
      sums[to + 1] = green
      sums[to + 2] = blue
      sums[to + 3] = alpha
    }
  }
  return { data: sums, width, height }
}

function sumDown({ data, width, height: from }: Averages, height: number): Averages {
  const { starts, places, weights } = spansOf(from, height)
  const row = width * 4
  const sums = new Float32Array(row * height)
  for (let y = 0; y < height; y++) {
    const end = starts[y + 1] ?? 0
    for (let part = starts[y] ?? 0; part < end; part++) {
      const weight = weights[part] ?? 0
      const [to, at] = [y * row, (places[part] ?? 0) * row]
      for (let value = 0; value < row; value++)
        sums[to + value] = (sums[to + value] ?? 0) + (data[at + value] ?? 0) * weight
    }
  }
  return { data: sums, width, height }
}

/**
 * Which pixels of a line of `from` make up each of `to`: the parts of new pixel n are those from `starts[n]` to before
 * `starts[n + 1]`, each with its place in the old line and its weight; the weights of one pixel are 1 together.
 */
export function spansOf(from: number, to: number): { starts: Int32Array; places: Int32Array; weights: Float32Array } {
  const scale = from / to
  const starts = [0]
  const places: number[] = []
  const weights: number[] = []
  for (let index = 0; index < to; index++) {
    const [start, end] = [index * scale, Math.min(from, (index + 1) * scale)]
    for (let at = Math.floor(start); at < end; at++) {
      places.push(at)
      weights.push((Math.min(end, at + 1) - Math.max(start, at)) / scale)
    }
    starts.push(places.length)
  }
  return { starts: Int32Array.from(starts), places: Int32Array.from(places), weights: Float32Array.from(weights) }
}
