/** The blocks of metadata that a file carries, read and merged. They are hostile bytes: whatever they hold, nothing is thrown. */
import type { ImageDescription } from '../../../../core/processing/description.ts'
import type { OpenedHeader } from '../header.ts'

type EmbeddedFacts = Pick<ImageDescription, 'colorProfile' | 'embeddedMetadata' | 'exif'>

export function embeddedFacts(_blocks: OpenedHeader['metadata']): EmbeddedFacts {
  const exif = { image: {}, thumbnail: {}, exif: {}, gps: {}, interoperability: {}, makernote: {} }
  return { colorProfile: null, embeddedMetadata: null, exif }
}
