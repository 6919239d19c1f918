/** What the pixels of a picture tell: one small drawing, and everything from it. */
import type { ImageDescription, Thumbnail, ThumbnailWish } from '../../../../core/processing/description.ts'
import { decodeFailure } from '../failures.ts'
import { decodeSources } from '../intermediate.ts'
import { checkSource } from '../limits.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header } from '../picture.ts'
import { estimateBytes } from '../steps/admit.ts'
import { load } from '../steps/load.ts'
import { colorsOf } from './colors.ts'
import { perceptualHash } from './perceptual-hash.ts'
import { placeholderOf } from './placeholder.ts'
import { averagesOf, type Drawing, drawingBox, drawRaster, fitted, fromDrawing, resample } from './raster.ts'
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
/** Whole squares of pixels are averaged first, down to no less than this: the step to `factsSide` is dear per pixel. */
const largeShapes = 144

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
    const drawing = await fitted(drawn, own)
    const facts = { ...factsOf(drawing), view: viewMeasures(drawing) }
    return wish === undefined ? facts : { ...facts, thumbnail: await thumbnailOf(drawn, wish) }
  } catch (error) {
    throw decodeFailure(error)
  }
}

async function draw(header: Header, limits: Limits, admit: Context['admit'], side: number): Promise<Drawing> {
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

/** On white, as thumbnails of the same size that are made alone. */
async function thumbnailOf(drawing: Drawing, { side, quality }: ThumbnailWish): Promise<Thumbnail> {
  const isLarger = Math.max(drawing.width, drawing.height) > side
  const image = isLarger ? fromDrawing(drawing).resize(side, side, { fit: 'inside' }) : fromDrawing(drawing)
  const opaque = drawing.channels === 3 ? image : image.flatten({ background: '#ffffff' })
  const { data, info } = await opaque
    .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: true })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, jpeg: data.toString('base64') }
}

function factsOf(drawing: Drawing): Omit<PixelFacts, 'view' | 'thumbnail'> {
  const longest = Math.max(drawing.width, drawing.height)
  const large = averagesOf(drawing, Math.max(1, Math.floor(longest / largeShapes)))
  const scale = Math.min(1, factsSide / longest)
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  const small = resample(large, side(drawing.width), side(drawing.height))
  return { pHash: perceptualHash(small), ...colorsOf(small), thumbhash: placeholderOf(small) }
}
