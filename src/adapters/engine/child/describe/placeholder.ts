/** A ThumbHash: a blurred picture in about 25 bytes, to show until the real one has come. */
import { rgbaToThumbHash } from 'thumbhash'
import type { Averages } from './raster.ts'

/** Base64. The averages have at most 100 pixels a side. */
export function placeholderOf({ data, width, height }: Averages): string {
  const straight = new Uint8Array(data.length)
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0
    for (let channel = at; channel < at + 3; channel++) {
      straight[channel] = alpha === 0 ? 0 : Math.min(255, Math.round(((data[channel] ?? 0) * 255) / alpha))
    }
    straight[at + 3] = Math.round(alpha)
  }
  return Buffer.from(rgbaToThumbHash(width, height, straight)).toString('base64')
}
