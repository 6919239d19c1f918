/** What the pixels of a picture tell: one small drawing, and everything from it. */
import type { ImageDescription, Thumbnail, ThumbnailWish } from '../../../../core/processing/description.ts'
import { decodeFailure } from '../failures.ts'
import { decodeSources } from '../intermediate.ts'
import { checkSource } from '../limits.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header } from '../picture.ts'
import { fromPixels, type Pixels, toPixels } from '../pixels.ts'
import { estimateBytes } from '../steps/admit.ts'
import { load } from '../steps/load.ts'
import { colorsOf } from './colors.ts'
import { perceptualHash } from './perceptual-hash.ts'
import { placeholderOf } from './placeholder.ts'
import { drawingBox, drawRaster, resample, toAverages } from './raster.ts'
import { viewMeasures } from './view-measures.ts'

export type PixelFacts = Pick<
  ImageDescription,
  'pHash' | 'dominantColors' | 'averageColor' | 'thumbhash' | 'view' | 'thumbnail'
>

export const noPixelFacts: PixelFacts = {
  pHash: null,
  dominantColors: [],
  averageColor: null,
  thumbhash: null,
  view: null,
}

/** Longest side of the picture that the facts are taken from: they are about large shapes only. */
const factsSide = 48
/** Before that it is drawn no larger: the last step to `factsSide` is the dearest per pixel. */
const largeShapes = 160

/** @throws DomainError when the picture cannot be drawn: damaged_image, out_of_range … */
export async function pixelFacts(
  header: Header,
  limits: Limits,
  admit: Context['admit'],
  wish?: ThumbnailWish,
): Promise<PixelFacts> {
  checkSource(header, limits)
  try {
    const own = drawingBox(header).width
    const drawn = await draw(header, limits, admit, Math.max(own, wish?.side ?? 0))
    // The measures are of the same scale whether a thumbnail is wished for or not.
    const pixels = await fitted(drawn, own)
    const facts = { ...factsOf(await fitted(pixels, largeShapes)), view: viewMeasures(pixels) }
    return wish === undefined ? facts : { ...facts, thumbnail: await thumbnailOf(drawn, wish) }
  } catch (error) {
    throw decodeFailure(error)
  }
}

async function draw(header: Header, limits: Limits, admit: Context['admit'], side: number): Promise<Pixels> {
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
  const box = { width: side, height: side }
  await admit(estimateBytes({ ...picture, ...box }, { sources, order: context.order }))
  return await drawRaster(picture.image, decoded, box)
}

/** At most this long a side. */
async function fitted(pixels: Pixels, side: number): Promise<Pixels> {
  if (Math.max(pixels.width, pixels.height) <= side) return pixels
  return await toPixels(fromPixels(pixels).resize(side, side, { fit: 'inside' }))
}

/** On white, as thumbnails of the same size that are made alone. */
async function thumbnailOf(pixels: Pixels, { side, quality }: ThumbnailWish): Promise<Thumbnail> {
  const isLarger = Math.max(pixels.width, pixels.height) > side
  const image = isLarger ? fromPixels(pixels).resize(side, side, { fit: 'inside' }) : fromPixels(pixels)
  const { data, info } = await image
    .flatten({ background: '#ffffff' })
    .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: true })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, jpeg: data.toString('base64') }
}

function factsOf(pixels: Pixels): Omit<PixelFacts, 'view' | 'thumbnail'> {
  const scale = Math.min(1, factsSide / Math.max(pixels.width, pixels.height))
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const small = resample(toAverages(pixels), side(pixels.width), side(pixels.height))
  return { pHash: perceptualHash(small), ...colorsOf(small), thumbhash: placeholderOf(small) }
}
