/**
 * Reads EXIF, a TIFF structure: the five directories that the standard knows, each visited once, so that no chain of
 * offsets can lead in a circle. Counts and offsets are not believed; what does not fit is left out.
 */
import type { ExifGroups, MetadataValue } from '../../../../../core/processing/description.ts'
import { type Group, tagNames } from './exif-tags.ts'
import { clean, decodeText } from './text.ts'

/** Most entries of one directory that are looked at. */
const mostEntries = 400
/** Most numbers of one value; longer ones are tables for decoders. */
const mostNumbers = 16
/** Most bytes of one text. */
const mostText = 8192

/** Bytes to read from: a block in memory, or a file. */
export interface Bytes {
  /** Fewer than asked for, or none, where they end. */
  read(at: number, length: number): Buffer
}

export const bytesIn = (block: Buffer): Bytes => ({ read: (at, length) => block.subarray(at, at + length) })

export const noExif = (): ExifGroups => ({
  image: {},
  thumbnail: {},
  exif: {},
  gps: {},
  interoperability: {},
  makernote: {},
})

/** Reads a TIFF structure: the block of a JPEG behind `Exif\0\0`, or a TIFF file itself. Empty groups when it is none. */
export function readExif(bytes: Bytes): ExifGroups {
  const groups = noExif()
  const head = bytes.read(0, 8)
  const order = head.toString('latin1', 0, 2)
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return groups
  const reader = readerOf(bytes, order === 'II')
  const image = readDirectory(reader, reader.u32(head, 4), 'image')
  groups.image = image.values
  groups.thumbnail = follow(reader, image.next, 'image').values
  const exif = follow(reader, image.values.ExifOffset, 'exif')
  groups.exif = exif.values
  groups.gps = follow(reader, image.values.GPSInfo, 'gps').values
  groups.interoperability = follow(reader, exif.values.InteropOffset, 'interoperability').values
  return groups
}

interface Reader extends Bytes {
  u16(from: Buffer, at: number): number
  u32(from: Buffer, at: number): number
  i32(from: Buffer, at: number): number
  real(from: Buffer, at: number, double: boolean): number
}

interface Directory {
  values: Record<string, MetadataValue>
  /** Where the next one lies; 0: nowhere. */
  next: number
}

function readerOf(bytes: Bytes, little: boolean): Reader {
  return {
    read: bytes.read,
    u16: (from, at) => (little ? from.readUInt16LE(at) : from.readUInt16BE(at)),
    u32: (from, at) => (little ? from.readUInt32LE(at) : from.readUInt32BE(at)),
    i32: (from, at) => (little ? from.readInt32LE(at) : from.readInt32BE(at)),
    real: (from, at, double) =>
      double
        ? little
          ? from.readDoubleLE(at)
          : from.readDoubleBE(at)
        : little
          ? from.readFloatLE(at)
          : from.readFloatBE(at),
  }
}

function follow(reader: Reader, offset: MetadataValue | undefined, group: Group): Directory {
  return typeof offset === 'number' && offset >= 8 ? readDirectory(reader, offset, group) : { values: {}, next: 0 }
}

function readDirectory(reader: Reader, offset: number, group: Group): Directory {
  const counted = reader.read(offset, 2)
  if (counted.length < 2) return { values: {}, next: 0 }
  const count = reader.u16(counted, 0)
  const entries = reader.read(offset + 2, Math.min(count, mostEntries) * 12)
  const values: Record<string, MetadataValue> = {}
  for (let at = 0; at + 12 <= entries.length; at += 12) {
    const entry = entries.subarray(at, at + 12)
    const name = tagNames[group][reader.u16(entry, 0)]
    const value = name === undefined || name in values ? undefined : readValue(reader, entry, name)
    if (name !== undefined && value !== undefined) values[name] = value
  }
  const link = reader.read(offset + 2 + count * 12, 4)
  return { values, next: link.length === 4 ? reader.u32(link, 0) : 0 }
}

/** Bytes of one value by type. */
const sizes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
}
const [byteType, textType, opaqueType, signedByte] = [1, 2, 7, 6]

function readValue(reader: Reader, entry: Buffer, name: string): MetadataValue | undefined {
  const type = reader.u16(entry, 2)
  const count = reader.u32(entry, 4)
  const size = sizes[type]
  if (size === undefined || count === 0) return undefined
  const isText = type === textType || type === opaqueType || name.startsWith('XP')
  const length = isText ? Math.min(count, mostText) : count * size
  if (!isText && count > mostNumbers) return undefined
  const data = count * size <= 4 ? entry.subarray(8, 8 + length) : reader.read(reader.u32(entry, 8), length)
  if (isText) return readText(data, type, name)
  if (data.length < length) return undefined
  const numbers = Array.from({ length: count }, (_, index) => readNumber(reader, data, type, index * size))
  if (!numbers.every(Number.isFinite)) return undefined
  const [only] = numbers
  // The version of GPS is a list by its nature; all else is one where it is more than one.
  return numbers.length === 1 && only !== undefined ? only : numbers
}

function readNumber(reader: Reader, data: Buffer, type: number, at: number): number {
  switch (type) {
    case byteType:
      return data.readUInt8(at)
    case signedByte:
      return data.readInt8(at)
    case 3:
      return reader.u16(data, at)
    case 8: {
      const value = reader.u16(data, at)
      return value > 0x7fff ? value - 0x10000 : value
    }
    case 5:
      return fraction(reader.u32(data, at), reader.u32(data, at + 4))
    case 10:
      return fraction(reader.i32(data, at), reader.i32(data, at + 4))
    case 9:
      return reader.i32(data, at)
    case 11:
    case 12:
      return reader.real(data, at, type === 12)
    default:
      return reader.u32(data, at)
  }
}

/** Rounded to what the smallest fractions can say. NaN and infinities are sorted out by the caller. */
const fraction = (over: number, under: number) => Number((over / under).toPrecision(12))

/** Versions and comments lie in fields of no type; other such fields are binary. */
function readText(data: Buffer, type: number, name: string): MetadataValue | undefined {
  if (name.startsWith('XP')) return nonEmpty(data.subarray(0, data.length & ~1).toString('utf16le'))
  if (type === textType || /Version$/.test(name)) return nonEmpty(untilZero(data))
  switch (name) {
    case 'UserComment':
    case 'GPSProcessingMethod':
    case 'GPSAreaInformation':
      return commentOf(data)
    case 'FileSource':
    case 'SceneType':
      return data[0]
    case 'ComponentsConfiguration':
      return data.length === 4 ? [...data] : undefined
    default:
      return undefined
  }
}

/** Eight bytes say how the rest is coded. */
function commentOf(data: Buffer): string | undefined {
  const coding = data.toString('latin1', 0, 8)
  const text = data.subarray(8)
  return nonEmpty(
    coding.startsWith('UNICODE') ? text.subarray(0, text.length & ~1).toString('utf16le') : untilZero(text),
  )
}

function untilZero(data: Buffer): string {
  const end = data.indexOf(0)
  return decodeText(end < 0 ? data : data.subarray(0, end))
}

function nonEmpty(text: string): string | undefined {
  const cleaned = clean(text)
  return cleaned === '' ? undefined : cleaned
}
