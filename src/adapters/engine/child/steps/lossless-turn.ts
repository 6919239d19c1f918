/** A JPEG that is only turned, or only made upright, is not decoded: its coefficients are turned, where that is exact. */
import { readFile } from 'node:fs/promises'
import { turnJpeg } from '../coefficients/turn-jpeg.ts'
import type { Context, Header, Picture, Turn } from '../picture.ts'
import { exifTurn } from './orient.ts'

/** Undefined: there is more to do than a turn, or the file does not allow it; then its pixels are turned. */
export async function turnLossless(
  picture: Picture,
  { sources, order, tolerant }: Pick<Context, 'sources' | 'order' | 'tolerant'>,
): Promise<Buffer | undefined> {
  const [header, ...others] = sources
  const { format, compress, quality, animation } = order.output
  const plain = format === 'same' && [compress, quality, animation].every((wish) => wish === undefined)
  if (header?.format !== 'jpg' || picture.format !== 'jpg' || others.length > 0 || !plain) return undefined
  const turn = onlyTurn(header, order)
  // What had to be repaired is decoded and written anew; four inks become sRGB.
  if (turn === undefined || tolerant || header.cmyk) return undefined
  return turnJpeg(typeof header.input === 'string' ? await readFile(header.input) : header.input, turn)
}

/** The EXIF orientation and the asked rotation together; undefined when more is asked for. */
export function onlyTurn(header: Header, { operations }: Pick<Context['order'], 'operations'>): Turn | undefined {
  const { rotate = 0, ...more } = operations
  if (Object.values(more).some((operation) => operation !== undefined)) return undefined
  const { flop, quarters } = exifTurn(header.orientation)
  return { flop, quarters: ((quarters + rotate / 90) % 4) as Turn['quarters'] }
}
