/** The one small drawing of a picture that all facts about its pixels are taken from, and smaller ones made of it. */
import type { Sharp } from 'sharp'
import type { Header } from '../picture.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { exifTurn } from '../steps/orient.ts'
import { turnFrame } from '../steps/turn.ts'

/**
 * The box of the drawing, upright. It is that of the library's thumbnail (image-urls.md, `n-ik_ml_thumbnail`), so that
 * the thumbnail can be encoded from the same pixels one day, without a second decoding.
 */
const box = { width: 400, height: 300 } as const

/** Decodes the picture at a fraction of its size where the format allows, in sRGB, upright. Throws when it is damaged. */
export async function drawRaster(image: Sharp, header: Pick<Header, 'orientation'>): Promise<Pixels> {
  const turn = exifTurn(header.orientation)
  const [width, height] = turn.quarters % 2 === 1 ? [box.height, box.width] : [box.width, box.height]
  // Turning first would keep the decoder from shrinking as it loads.
  const stored = await toPixels(image.resize({ width, height, fit: 'inside', withoutEnlargement: true }))
  if (turn.quarters === 0 && !turn.flop) return stored
  return await toPixels(turnFrame(fromPixels(stored), turn))
}

/** Colours as numbers: premultiplied by alpha, 4 per pixel, 0..255. */
export interface Averages {
  data: Float32Array
  width: number
  height: number
}

/** Resampled to these sides; each new pixel is the mean of the area it covers. */
export function resample(pixels: Pixels, width: number, height: number): Averages {
  const across = new Float32Array(width * pixels.height * 4)
  const spansX = spansOf(pixels.width, width)
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < width; x++) sumAcross(pixels, y, spansX[x] ?? [], across, (y * width + x) * 4)
  }
  const data = new Float32Array(width * height * 4)
  const spansY = spansOf(pixels.height, height)
  const row = width * 4
  for (let y = 0; y < height; y++) {
    for (const { at, share } of spansY[y] ?? []) {
      const [to, from] = [y * row, at * row]
      for (let value = 0; value < row; value++)
        data[to + value] = (data[to + value] ?? 0) + (across[from + value] ?? 0) * share
    }
  }
  return { data, width, height }
}

interface Part {
  /** Pixel of the source. */
  at: number
  /** Of the new pixel that it makes up; all parts of one are 1. */
  share: number
}

function sumAcross(pixels: Pixels, y: number, parts: readonly Part[], into: Float32Array, to: number): void {
  let [red, green, blue, alpha] = [0, 0, 0, 0]
  for (const { at, share } of parts) {
    const from = (y * pixels.width + at) * 4
    const opacity = pixels.data[from + 3] ?? 0
    const weight = (share * opacity) / 255
    red += (pixels.data[from] ?? 0) * weight
    green += (pixels.data[from + 1] ?? 0) * weight
    blue += (pixels.data[from + 2] ?? 0) * weight
    alpha += opacity * share
  }
  into[to] = red
  into[to + 1] = green
  into[to + 2] = blue
  into[to + 3] = alpha
}

/** Which pixels of a line of `from` make up each of `to`, with fractions at the ends. */
function spansOf(from: number, to: number): Part[][] {
  const scale = from / to
  return Array.from({ length: to }, (_, index) => {
    const [start, end] = [index * scale, Math.min(from, (index + 1) * scale)]
    const parts: Part[] = []
    for (let at = Math.floor(start); at < end && at < from; at++) {
      parts.push({ at, share: (Math.min(end, at + 1) - Math.max(start, at)) / scale })
    }
    return parts
  })
}
