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

/** In place. Two bytes at a time, of which a table knows all that there are. @param frame its bytes begin a buffer of their own */
export function multiply({ data }: Rgb, gain: number): void {
  if (gain === 1) return
  const scaled = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.round(value * gain)))
  const words = new Int32Array(data.buffer, data.byteOffset, data.length >> 2)
  const pairs = pairsOf(scaled)
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number
    words[at] = (pairs[word & 0xffff] as number) | ((pairs[word >>> 16] as number) << 16)
  }
  for (let at = words.length * 4; at < data.length; at++) data[at] = scaled[data[at] as number] as number
}

/** The same in either order of bytes. */
function pairsOf(scaled: Uint8Array): Uint16Array {
  const pairs = new Uint16Array(65_536)
  for (let pair = 0; pair < pairs.length; pair++) {
    pairs[pair] = ((scaled[pair >> 8] as number) << 8) | (scaled[pair & 255] as number)
  }
  return pairs
}

/**
 * Y, then U and V at half the sides: BT.709, limited range, which is what players take films of this size for. Chroma is the
 * mean of four pixels. Whole numbers in 1/65536. The four pixels are written out: as loops they take 1.6 times as long.
 */
export function toPlanes({ data, width, height }: Rgb, planes: Buffer): void {
  const stride = width * 3
  let u = width * height
  let v = u + u / 4
  for (let y = 0; y < height; y += 2) {
    let upper = y * stride
    let lower = upper + stride
    let to = y * width
    for (const end = to + width; to < end; to += 2) {
      let r = data[upper] as number
      let g = data[upper + 1] as number
      let b = data[upper + 2] as number
      let red = r
      let green = g
      let blue = b
      planes[to] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16
      r = data[upper + 3] as number
      g = data[upper + 4] as number
      b = data[upper + 5] as number
      red += r
      green += g
      blue += b
      planes[to + 1] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16
      r = data[lower] as number
      g = data[lower + 1] as number
      b = data[lower + 2] as number
      red += r
      green += g
      blue += b
      planes[to + width] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16
      r = data[lower + 3] as number
      g = data[lower + 4] as number
      b = data[lower + 5] as number
      red += r
      green += g
      blue += b
      planes[to + width + 1] = (11966 * r + 40254 * g + 4064 * b + 1081344) >> 16
      planes[u++] = (-6596 * red - 22188 * green + 28784 * blue + 33685504) >> 18
      planes[v++] = (28784 * red - 26145 * green - 2639 * blue + 33685504) >> 18
      upper += 6
      lower += 6
    }
  }
}
