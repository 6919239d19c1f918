/** Frames of a film in memory: RGB, 8 bits, rows without padding; and what is done to all their pixels. */

import sharp from 'sharp'
import type { FilmFit } from '../../../../core/processing/film.ts'
import { readHeader } from '../header.ts'
import { decodeSources } from '../intermediate.ts'
import { checkSource } from '../limits.ts'
import type { Limits } from '../messages.ts'
import type { Context } from '../picture.ts'
import { openSource } from '../steps/load.ts'
import { exifTurn, turned } from '../steps/orient.ts'
import { turnFrame } from '../steps/turn.ts'
import { inSrgb } from '../transform/colours.ts'

export interface Rgb {
  data: Buffer
  width: number
  height: number
}

interface Options {
  width: number
  height: number
  fit: FilmFit
  limits: Limits
}

/** The photo upright, in sRGB, of exactly these sides. @throws DomainError damaged_image, unsupported_format, out_of_range */
export async function readFrame(path: string, { width, height, fit, limits }: Options): Promise<Rgb> {
  const header = await readHeader(path)
  checkSource(header, limits)
  const context: Context = {
    order: { operations: {}, output: { format: 'jpg' } },
    sources: [header],
    limits,
    tolerant: false,
    admit: async () => undefined,
  }
  const [decoded = header] = await decodeSources(context)
  const turn = exifTurn(decoded.orientation)
  // In the stored direction: turning first would keep the decoder from shrinking as it loads.
  const stored = turned({ width, height }, turn)
  const image = inSrgb(openSource(decoded, context, false), decoded)
    .resize({ ...stored, fit, background: '#000' })
    .flatten({ background: '#000' })
    .toColourspace('srgb')
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const drawn = threeBands({ data, width: info.width, height: info.height }, info.channels)
  if (turn.quarters === 0 && !turn.flop) return drawn
  const upright = turnFrame(fromRgb(drawn), turn)
  return { data: await upright.raw().toBuffer(), width, height }
}

export const fromRgb = ({ data, width, height }: Rgb) => sharp(data, { raw: { width, height, channels: 3 } })

function threeBands(frame: Rgb, channels: number): Rgb {
  if (channels === 3) return frame
  const pixels = frame.width * frame.height
  const data = Buffer.allocUnsafe(pixels * 3)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let band = 0; band < 3; band++) {
      data[pixel * 3 + band] = frame.data[pixel * channels + (channels > 2 ? band : 0)] ?? 0
    }
  }
  return { ...frame, data }
}

/** Mean luma, 0..255, of one pixel in four or so. */
export function brightness({ data }: Rgb): number {
  let sum = 0
  let count = 0
  for (let at = 0; at + 2 < data.length; at += 39) {
    sum += 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0)
    count += 1
  }
  return count === 0 ? 0 : sum / count
}

/** In place. */
export function multiply({ data }: Rgb, gain: number): void {
  if (gain === 1) return
  const table = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.round(value * gain)))
  for (let at = 0; at < data.length; at++) data[at] = table[data[at] ?? 0] ?? 0
}

/**
 * Y, then U and V at half the sides: BT.709, limited range, which is what players take films of this size for. Chroma is the
 * mean of four pixels. Whole numbers in 1/65536.
 */
export function toPlanes({ data, width, height }: Rgb, planes: Buffer): void {
  const half = width / 2
  let u = width * height
  let v = u + half * (height / 2)
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let at = (y * width + x) * 3
      let to = y * width + x
      let red = 0
      let green = 0
      let blue = 0
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 2; column++) {
          const r = data[at] as number
          const g = data[at + 1] as number
          const b = data[at + 2] as number
          planes[to] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16
          red += r
          green += g
          blue += b
          at += 3
          to += 1
        }
        at += (width - 2) * 3
        to += width - 2
      }
      planes[u++] = (-6596 * red - 22188 * green + 28784 * blue + 33685504) >> 18
      planes[v++] = (28784 * red - 26145 * green - 2639 * blue + 33685504) >> 18
    }
  }
}
