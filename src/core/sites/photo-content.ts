/** What a photo's bytes are: looked at before anything of it is kept (site-photos-api.md section 8). */
import type { Content } from '../assets/content.ts'
import { isDescribed, lookAt } from '../assets/describe.ts'
import { DomainError } from '../errors.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { SiteDeps } from './deps.ts'
import type { PhotoBytes } from './photo-bytes.ts'

/** A picture: its sides are known. */
export interface PhotoContent extends Content {
  width: number
  height: number
}

/**
 * A picture that only takes too long to decode is kept with what its header says.
 * @throws DomainError damaged_image, out_of_range (too many pixels), and as `lookAt`
 */
export async function photoContent(
  { assets, maxPixels }: Pick<SiteDeps, 'assets' | 'maxPixels'>,
  { stored, format }: PhotoBytes,
  signal: AbortSignal,
): Promise<PhotoContent> {
  const found = await lookAt(assets, stored.key, signal)
  const { width, height, alpha } = found
  if (width * height > maxPixels) {
    throw new DomainError(
      'out_of_range',
      `The photo has ${width} x ${height} pixels; the limit is ${maxPixels} pixels. Send a smaller one.`,
      { param: 'file' },
    )
  }
  const facts = { mime: mediaTypes[format], format, kind: 'image', width, height, alpha, video: null } as const
  if (!isDescribed(found)) return { ...facts, orientation: null, embeddedMetadata: null, description: null }
  // Its thumbnail could not be made either.
  if (found.pHash === null) {
    throw new DomainError('damaged_image', 'The photo is damaged: it cannot be decoded. Send it again.', {
      param: 'file',
    })
  }
  const { mime: _, format: __, orientation, embeddedMetadata, ...description } = found
  return { ...facts, orientation, embeddedMetadata, description }
}
