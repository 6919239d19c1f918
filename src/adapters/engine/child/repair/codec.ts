/** What sharp says of bytes: whether they decode without complaint, and what it makes of them when it may complain. */
import sharp, { type Sharp } from 'sharp'
import type { ImageFormat } from '../../../../core/processing/operations.ts'
import type { RepairLimits } from './found.ts'

/** A strict decode of every frame, the pixels thrown away; undefined when it fails. */
export async function decodeStrictly(
  bytes: Buffer | string,
  limits: RepairLimits,
): Promise<{ width: number; height: number; frames: number } | undefined> {
  try {
    const {
      pages = 1,
      width,
      pageHeight,
      height,
      format,
    } = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata()
    const high = pageHeight ?? height
    if (width * high > limits.pixels || pages > limits.frames || width * high * pages > limits.framePixels)
      return undefined
    const animated = pages > 1 && (format === 'gif' || format === 'webp' || format === 'tiff')
    await sharp(bytes, {
      failOn: 'warning',
      limitInputPixels: limits.framePixels,
      ...(animated ? { pages: -1 } : {}),
    }).stats()
    return { width, height: high, frames: pages }
  } catch {
    return undefined
  }
}

/** What the decoder makes of damaged bytes, written again in the format with next to no loss; undefined when nothing. */
export async function redraw(bytes: Buffer, format: ImageFormat, limits: RepairLimits): Promise<Buffer | undefined> {
  try {
    const { pages = 1, delay, loop } = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata()
    const animated = pages > 1 && pages <= limits.frames && (format === 'gif' || format === 'webp')
    const image = sharp(bytes, {
      failOn: 'none',
      limitInputPixels: animated ? limits.framePixels : limits.pixels,
      ...(animated ? { pages: -1 } : {}),
    }).keepMetadata()
    return await nearLossless(image, format, animated ? { delay, loop } : {}).toBuffer()
  } catch {
    return undefined
  }
}

/** Share of rows before the last ones that are all the same: what a decoder leaves where data is missing. */
export async function shownRows(input: Buffer | string, limits: RepairLimits): Promise<number> {
  try {
    const { data, info } = await sharp(input, { failOn: 'none', limitInputPixels: limits.pixels })
      .toColourspace('b-w')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const row = info.width * info.channels
    let rows = info.height
    while (rows > 1 && data.compare(data, (rows - 2) * row, (rows - 1) * row, (rows - 1) * row, rows * row) === 0)
      rows -= 1
    return rows === info.height ? 1 : rows / info.height
  } catch {
    return 0
  }
}

/** The encoder of a repair: as near to the pixels as the format goes. */
export function nearLossless(
  image: Sharp,
  format: ImageFormat,
  timing: { delay?: number[] | undefined; loop?: number | undefined } = {},
): Sharp {
  const { delay, loop } = timing
  const times = { ...(delay === undefined ? {} : { delay }), ...(loop === undefined ? {} : { loop }) }
  switch (format) {
    case 'jpg':
      return image.jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
    case 'gif':
      return image.gif({ effort: 4, dither: 0, keepDuplicateFrames: true, ...times })
    case 'webp':
      return image.webp({ quality: 95, effort: 2, ...times })
    case 'tiff':
      return image.tiff({ compression: 'lzw', predictor: 'horizontal' })
    case 'avif':
      return image.avif({ quality: 80, effort: 2 })
    default:
      return image.png({ compressionLevel: 6 })
  }
}
