/** Tells how many bytes the job will need and waits until the budget has them. The last step before pixels are decoded. */

import { followSizes } from '../../../../core/processing/follow.ts'
import { wholePixels } from '../compress/png.ts'
import type { Context, Header, Picture } from '../picture.ts'
import { optimisesDelivered } from '../transform/encode.ts'
import { layerBytes } from '../transform/layers/estimate.ts'
import { optimisesCoding } from './encode.ts'
import { pixelFactor } from './upscale.ts'

const MiB = 1024 * 1024
/** The child itself, decoder state and a strip of lines. */
const base = 64 * MiB
/** Per pixel, of cutting out the subject: the picture, its mask and the filters between small and full size. */
const cutoutBytes = 24
/** Per pixel, of the steps of a transformation in memory. */
const workingBytes = 20

export async function admit(picture: Picture, context: Context): Promise<Picture> {
  await context.admit(estimateBytes(picture, context))
  return picture
}

/**
 * Estimated peak bytes of a job. Measured on 100-megapixel JPEGs: scaling down streams (about 100 MB flat), turning
 * needs the whole frame (about 9 bytes per pixel), encoders that look at the whole picture 6 to 10.
 */
export function estimateBytes(picture: Picture, { sources, order }: Pick<Context, 'sources' | 'order'>): number {
  const [first, ...others] = sources
  if (first === undefined) return base
  const factor = pixelFactor({ order, sources })
  const resultPixels = picture.width * picture.height * picture.frames * factor ** 2
  const turns = picture.turn.quarters !== 0 || picture.frames > 1
  let bytes = base + decodeBytes(first, picture) + resultPixels * encodeBytes(picture, order)
  if (turns) bytes += resultPixels * (picture.frames > 1 ? 8 : 4)
  if (order.operations.transform !== undefined) bytes += memoryBytes(picture)
  if (factor > 1) bytes += resultPixels * 8
  if (order.operations.removeBackground === true) bytes += resultPixels * cutoutBytes
  if (order.operations.watermark !== undefined) bytes += resultPixels * 4
  for (const header of others) bytes += decodeBytes(header, picture) / 2
  bytes += layerBytes(picture.rest ?? [], picture, { sources, order })
  if (order.output.animation !== undefined) bytes += resultPixels * sources.length * 8
  return Math.round(bytes)
}

/** Bytes to decode a source: the whole frame where the format or the file cannot be read in strips. */
function decodeBytes(header: Header, picture: Picture): number {
  const held = typeof header.input === 'string' ? 0 : header.input.length
  const pixels = header.width * header.height
  const perPixel = header.deep ? 8 : 4
  // Shrink-on-load reads a JPEG or WebP at a fraction of its sides.
  const shrink = Math.min(header.width, header.height) / Math.max(1, Math.min(picture.width, picture.height))
  const loaded = header.format === 'jpg' && shrink >= 2 ? 0.25 : 1
  const streams = (header.format === 'jpg' || header.format === 'png' || header.format === 'tiff') && !header.interlaced
  if (streams) return held + header.width * 512 * perPixel
  const coefficients = header.format === 'jpg' ? pixels * 3 : 0
  return held + coefficients + pixels * perPixel * loaded * (header.frames > 1 ? 2 : 1)
}

/** What of a transformation works on whole frames: RGBA before and after each step, and between. */
function memoryBytes(picture: Picture): number {
  const { rest = [], original = picture, width, height, frames, alpha } = picture
  // Transparency is looked for in the pixels.
  if (rest.length === 0) return alpha && picture.format === 'png' ? width * height * frames * 8 : 0
  const sizes = [{ width, height }, ...followSizes(rest, picture, { original })]
  const largest = Math.max(...sizes.map((size) => size.width * size.height))
  return largest * (workingBytes + (frames > 1 ? frames * 8 : 0))
}

/** Bytes per pixel of the result while encoding. */
function encodeBytes(picture: Picture, { output, operations }: Context['order']): number {
  const compress = output.compress !== undefined
  switch (picture.format) {
    case 'jpg':
      if (operations.transform !== undefined) return optimisesDelivered(picture) || picture.asked?.progressive ? 6 : 1
      // Compressing also compares, and rewrites the coefficients.
      return optimisesCoding(picture.width * picture.height, compress) ? (compress ? 10 : 6) : 1
    case 'png':
      return !compress ? 1 : picture.width * picture.height * picture.frames <= wholePixels ? 17 : 2
    case 'tiff':
    case 'bmp':
      return 4
    case 'avif':
      return 36
    case 'webp':
    case 'gif':
      return 7
    case 'svg':
      return 0
  }
}
