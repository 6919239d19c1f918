/** The one drawing of a picture that features and models look at: upright, sRGB, on white, at most 1,024 pixels a side. */

import sharp from 'sharp'
import { decodeSources } from '../intermediate.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header } from '../picture.ts'
import { estimateBytes } from '../steps/admit.ts'
import { load } from '../steps/load.ts'
import { exifTurn, turned } from '../steps/orient.ts'
import { turnFrame } from '../steps/turn.ts'

export const viewSide = 1024

/** RGB, 8 bits, rows without padding. */
export interface View {
  data: Buffer
  width: number
  height: number
}

/** Decodes the first frame strictly, at a fraction of its size where the format allows. */
export async function drawView(
  header: Header,
  limits: Limits,
  admit: Context['admit'],
  side = viewSide,
): Promise<View> {
  const context: Context = {
    order: { operations: {}, output: { format: 'jpg' } },
    sources: [header],
    limits,
    tolerant: false,
    admit,
  }
  const sources = await decodeSources(context)
  const [decoded = header] = sources
  const picture = load({ ...context, sources })
  const box = { width: side, height: side }
  await admit(estimateBytes({ ...picture, ...box }, { sources, order: context.order }))
  const turn = exifTurn(decoded.orientation)
  const stored = turned(box, turn)
  const drawn = await picture.image
    .resize({ ...stored, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  if (turn.quarters === 0 && !turn.flop) return toView(drawn)
  const { width, height, channels } = drawn.info
  const raw = { width, height, channels }
  return toView(await turnFrame(sharp(drawn.data, { raw }), turn).raw().toBuffer({ resolveWithObject: true }))
}

function toView({ data, info }: { data: Buffer; info: { width: number; height: number; channels: number } }): View {
  const { width, height, channels } = info
  if (channels === 3) return { data, width, height }
  const rgb = Buffer.alloc(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      rgb[pixel * 3 + channel] = data[pixel * channels + (channels === 4 ? channel : 0)] ?? 0
  }
  return { data: rgb, width, height }
}
