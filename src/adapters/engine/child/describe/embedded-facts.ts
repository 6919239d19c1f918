/** The blocks of metadata that a file carries, read and merged. They are hostile bytes: whatever they hold, nothing is thrown. */
import { closeSync, openSync, readSync } from 'node:fs'
import type { ExifGroups, ImageDescription } from '../../../../core/processing/description.ts'
import { type InputFormat, rawFormats } from '../../../../core/processing/operations.ts'
import type { Header, MetadataBlocks } from '../picture.ts'
import { type Bytes, bytesIn, noExif, readExif } from './metadata/exif.ts'
import { profileName } from './metadata/icc.ts'
import { readIptc } from './metadata/iptc.ts'
import { mergeMetadata } from './metadata/merge.ts'
import { readableExif } from './metadata/readable.ts'
import { readXmp } from './metadata/xmp.ts'

type EmbeddedFacts = Pick<ImageDescription, 'colorProfile' | 'embeddedMetadata' | 'exif'>
type Source = Pick<Header, 'input' | 'format'>

/** `source`: TIFF and most camera RAW have their EXIF in the file's own directories, not in a block. */
export function embeddedFacts(blocks: MetadataBlocks, source?: Source): EmbeddedFacts {
  const { icc, iptc, xmp } = blocks
  const exif = attempt(() => exifOf(blocks, source), noExif())
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

function exifOf({ exif }: MetadataBlocks, source: Source | undefined): ExifGroups {
  if (exif !== undefined)
    return readExif(bytesIn(exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif))
  const ownDirectories: readonly InputFormat[] = ['tiff', ...rawFormats]
  if (source === undefined || !ownDirectories.includes(source.format)) return noExif()
  const { input } = source
  return typeof input === 'string' ? withFile(input, readExif) : readExif(bytesIn(input))
}

/** Directories lie anywhere in a file. Read at once: a child has nothing else to do meanwhile. */
function withFile<T>(path: string, use: (bytes: Bytes) => T): T {
  const file = openSync(path, 'r')
  try {
    const read = (at: number, length: number) => {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, readSync(file, buffer, 0, length, at))
    }
    return use({ read })
  } finally {
    closeSync(file)
  }
}

/** The readers check what they read; should one not, its block says nothing. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
