/** What pictures say of themselves (media-library-api.md section 4.5). */
import type { Description } from '../../core/assets/descriptions.ts'
import type { Asset } from '../../core/assets/records.ts'

const noExif = { image: {}, thumbnail: {}, exif: {}, gps: {}, interoperability: {}, makernote: {} }

/** @param description null: no picture, or one that could not be read */
export function metadataObject(asset: Asset, description: Description | null) {
  const { height, width, size, format, alpha } = asset
  if (asset.kind !== 'image') return { size, format }
  return {
    ...(height === null || width === null ? {} : { height, width }),
    size,
    format,
    hasColorProfile: description?.hasColorProfile ?? false,
    quality: description?.quality ?? 0,
    density: description?.density ?? 0,
    hasTransparency: alpha ?? false,
    ...(description?.pHash == null ? {} : { pHash: description.pHash }),
    exif: description?.exif ?? noExif,
  }
}
