/** The blocks of metadata that a file carries, read and merged. They are hostile bytes: whatever they hold, nothing is thrown. */
import type { ExifGroups, ImageDescription } from '../../../../core/processing/description.ts'
import type { MetadataBlocks } from '../picture.ts'
import { bytesIn, noExif, readExif } from './metadata/exif.ts'
import { profileName } from './metadata/icc.ts'
import { readIptc } from './metadata/iptc.ts'
import { mergeMetadata } from './metadata/merge.ts'
import { readableExif } from './metadata/readable.ts'
import { readXmp } from './metadata/xmp.ts'

type EmbeddedFacts = Pick<ImageDescription, 'colorProfile' | 'embeddedMetadata' | 'exif'>

export function embeddedFacts(blocks: MetadataBlocks): EmbeddedFacts {
  const { icc, iptc, xmp } = blocks
  const exif = attempt(() => exifOf(blocks), noExif())
  const embeddedMetadata = attempt(
    () =>
      mergeMetadata(
        attempt(() => readableExif(exif), new Map()),
        attempt(() => (iptc === undefined ? new Map() : readIptc(iptc)), new Map()),
        attempt(() => (xmp === undefined ? new Map() : readXmp(xmp)), new Map()),
      ),
    null,
  )
  return { colorProfile: icc === undefined ? null : attempt(() => profileName(icc), null), embeddedMetadata, exif }
}

function exifOf({ exif }: MetadataBlocks): ExifGroups {
  if (exif === undefined) return noExif()
  return readExif(bytesIn(exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif))
}

/** The readers check what they read; should one not, its block says nothing. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
