/** What the pixels of a picture tell: one small drawing, and everything from it. */
import type { ImageDescription } from '../../../../core/processing/description.ts'
import { decodeFailure } from '../failures.ts'
import { decodeSources } from '../intermediate.ts'
import { checkSource } from '../limits.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header } from '../picture.ts'
import type { Pixels } from '../pixels.ts'
import { estimateBytes } from '../steps/admit.ts'
import { load } from '../steps/load.ts'
import { colorsOf } from './colors.ts'
import { perceptualHash } from './perceptual-hash.ts'
import { placeholderOf } from './placeholder.ts'
import { drawingBox, drawRaster, resample, toAverages } from './raster.ts'
import { viewMeasures } from './view-measures.ts'

export type PixelFacts = Pick<ImageDescription, 'pHash' | 'dominantColors' | 'averageColor' | 'thumbhash' | 'view'>

export const noPixelFacts: PixelFacts = {
  pHash: null,
  dominantColors: [],
  averageColor: null,
  thumbhash: null,
  view: null,
}

/** Longest side of the picture that the facts are taken from: they are about large shapes only. */
const factsSide = 48

/** @throws DomainError when the picture cannot be drawn: damaged_image, out_of_range … */
export async function pixelFacts(header: Header, limits: Limits, admit: Context['admit']): Promise<PixelFacts> {
  checkSource(header, limits)
  try {
    const pixels = await draw(header, limits, admit)
    return { ...factsOf(pixels), view: viewMeasures(pixels) }
  } catch (error) {
    throw decodeFailure(error)
  }
}

async function draw(header: Header, limits: Limits, admit: Context['admit']): Promise<Pixels> {
  // One frame, from strict decoding: half a picture would have the hash of another one.
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
  const box = drawingBox(header)
  await admit(estimateBytes({ ...picture, ...box }, { sources, order: context.order }))
  return await drawRaster(picture.image, decoded, box)
}

function factsOf(pixels: Pixels): Omit<PixelFacts, 'view'> {
  const scale = Math.min(1, factsSide / Math.max(pixels.width, pixels.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const small = resample(toAverages(pixels), side(pixels.width), side(pixels.height))
  return { pHash: perceptualHash(small), ...colorsOf(small), thumbhash: placeholderOf(small) }
}
