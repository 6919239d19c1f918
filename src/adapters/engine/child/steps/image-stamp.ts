/** Reads the image of a stamp, at the size at which it will be seen. */
import type { ImageStamp } from '../../../../core/processing/operations.ts'
import type { Context } from '../picture.ts'
import { type Pixels, toPixels } from '../pixels.ts'
import { openSource } from './load.ts'
import { exifTurn, turned } from './orient.ts'
import { stampScale } from './placement.ts'

export async function drawImage(
  stamp: ImageStamp,
  base: { width: number; height: number },
  context: Pick<Context, 'sources' | 'limits' | 'tolerant'>,
): Promise<Pixels> {
  const header = context.sources[stamp.source]
  if (header === undefined) throw new TypeError('a stamp without its source')
  const natural = turned(header, exifTurn(header.orientation))
  const scale = stampScale(stamp, natural, base)
  const image = openSource(header, context, false).autoOrient()
  if (scale === 1) return await toPixels(image)
  const side = (own: number) => Math.max(1, Math.round(own * scale))
  return await toPixels(image.resize(side(natural.width), side(natural.height), { fit: 'fill' }))
}
