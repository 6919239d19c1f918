/** Values of EXIF as people read them: codes as words, dates as ISO 8601, places in degrees. */
import type { ExifGroups, MetadataValue } from '../../../../../core/processing/description.ts'
import { meanings } from './exif-tags.ts'

/** Where other directories and pictures lie in the file: of no use without it. */
const pointers: readonly string[] = ['ExifOffset', 'GPSInfo', 'InteropOffset', 'ThumbnailOffset', 'ThumbnailLength']

/** The word for a code; the value itself where there is none. */
export function meaningOf<T extends MetadataValue>(name: string, value: T): T | string {
  const codes = meanings[name]
  return codes !== undefined && !Array.isArray(value) && Object.hasOwn(codes, String(value))
    ? (codes[String(value)] ?? value)
    : value
}

/** `YYYY:MM:DD HH:MM:SS` or ISO 8601; a time without a zone counts as UTC. Undefined: no date. */
export function isoDate(text: string, { zone = '', fraction = '' } = {}): string | undefined {
  const found = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim())
  if (found === null) return undefined
  const [, year, month, day, minutes, seconds = ':00', own, ownZone] = found
  const milliseconds = own?.slice(0, 4) ?? (/^\d{1,9}$/.test(fraction.trim()) ? `.${fraction.trim().slice(0, 3)}` : '')
  const offset = ownZone ?? (/^[+-]\d\d:\d\d$/.test(zone) ? zone : 'Z')
  const time = new Date(
    `${year}-${month}-${day}T${minutes}${seconds}${milliseconds}${offset.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`,
  )
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

/** All groups but that of the thumbnail, flat. */
export function readableExif(groups: ExifGroups): Map<string, MetadataValue> {
  const found = new Map<string, MetadataValue>()
  const { image, exif, gps, interoperability } = groups
  for (const [name, value] of [image, exif, interoperability].flatMap(Object.entries<MetadataValue>)) {
    if (pointers.includes(name) || found.has(name)) continue
    const readable = readableValue(name, value, exif)
    if (readable !== undefined) found.set(name, readable)
  }
  for (const [name, value] of Object.entries(gps)) {
    const readable = readablePlace(name, value, gps)
    if (readable !== undefined) found.set(name, readable)
  }
  return found
}

type Values = Readonly<Record<string, MetadataValue>>

/** Dates have their fraction and their zone in fields of their own. */
const companions: Readonly<Record<string, [fraction: string, zone: string]>> = {
  ModifyDate: ['SubSecTime', 'OffsetTime'],
  DateTimeOriginal: ['SubSecTimeOriginal', 'OffsetTimeOriginal'],
  CreateDate: ['SubSecTimeDigitized', 'OffsetTimeDigitized'],
}
const components = ['-', 'Y', 'Cb', 'Cr', 'R', 'G', 'B']

function readableValue(name: string, value: MetadataValue, exif: Values): MetadataValue | undefined {
  const companion = companions[name]
  if (companion !== undefined) {
    const [fraction, zone] = companion.map((other) => String(exif[other] ?? ''))
    return isoDate(String(value), { ...(fraction ? { fraction } : {}), ...(zone ? { zone } : {}) })
  }
  if (name === 'ComponentsConfiguration' && Array.isArray(value)) {
    return value.map((code) => components[Number(code)] ?? '?').join(', ')
  }
  return meaningOf(name, value)
}

function readablePlace(name: string, value: MetadataValue, gps: Values): MetadataValue | undefined {
  switch (name) {
    case 'GPSLatitude':
    case 'GPSDestLatitude':
      return degrees(value, gps[`${name}Ref`], 90)
    case 'GPSLongitude':
    case 'GPSDestLongitude':
      return degrees(value, gps[`${name}Ref`], 180)
    case 'GPSAltitude':
      return typeof value === 'number' && gps.GPSAltitudeRef === 1 ? -value : value
    case 'GPSTimeStamp':
      return Array.isArray(value)
        ? value.map((part) => String(Math.floor(Number(part))).padStart(2, '0')).join(':')
        : value
    case 'GPSDateStamp':
      return String(value).replaceAll(':', '-')
    case 'GPSVersionID':
      return Array.isArray(value) ? value.join('.') : value
    default:
      return meaningOf(name, value)
  }
}

/** Degrees, minutes and seconds, as one number; undefined: no place on Earth. */
function degrees(value: MetadataValue, side: MetadataValue | undefined, most: number): number | undefined {
  const [whole = 0, minutes = 0, seconds = 0] = Array.isArray(value) ? value.map(Number) : [Number(value)]
  const sum = whole + minutes / 60 + seconds / 3600
  if (!(sum <= most)) return undefined
  return Number((/^[SW]/i.test(String(side ?? '')) ? -sum : sum).toFixed(9))
}
