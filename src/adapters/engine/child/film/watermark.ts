/** A watermark, drawn once for all frames of a film: the layers of a transformation on nothing. */
import type { FilmLook } from '../../../../core/processing/film.ts'
import type { TransformOrder } from '../../../../core/processing/transformation.ts'
import { readHeader } from '../header.ts'
import type { Limits } from '../messages.ts'
import type { Context, Header } from '../picture.ts'
import type { Pixels } from '../pixels.ts'
import { createShared } from '../transform/layers/shared.ts'
import { decideOnce, runParts } from '../transform/run-parts.ts'

export async function drawWatermark(
  { width, height }: Pick<FilmLook, 'width' | 'height'>,
  transform: TransformOrder,
  images: readonly string[],
  limits: Limits,
): Promise<Pixels> {
  const clear: Pixels = { data: Buffer.alloc(width * height * 4), width, height }
  // The picture's own place among the sources.
  const sources: Header[] = [headerOf(clear)]
  for (const image of images) sources.push(await readHeader(image))
  const order: Context['order'] = { operations: { transform }, output: { format: 'same' } }
  const shared = createShared()
  try {
    const context = { sources, order, limits, tolerant: false }
    const around = { context, original: { width, height }, depth: 0, alike: decideOnce(), shared }
    return await runParts(clear, transform.parts, around)
  } finally {
    await shared.close()
  }
}

const headerOf = ({ data, width, height }: Pixels): Header => ({
  ...{ input: data, format: 'png', width, height, orientation: 1, frames: 1, delay: [], loop: 0, alpha: true },
  ...{ deep: false, grey: false, cmyk: false, profile: false, palette: false, fullChroma: true, interlaced: false },
  size: data.length,
})
