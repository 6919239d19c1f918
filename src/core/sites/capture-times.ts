/**
 * When a photo was taken (site-photos-api.md section 8), from the first of these that says it: the sender, EXIF with its
 * offset, EXIF in the installation's zone, the file's name, else the moment it came.
 */
import type { ExifGroups } from '../processing/description.ts'
import type { TimeSource } from './records.ts'
import { instantOf } from './zones.ts'

export interface TakenTime {
  /** Epoch milliseconds. */
  taken: number
  timeSource: TimeSource
}

export interface TimeClues {
  /** Of the sender, epoch milliseconds. */
  given: number | undefined
  exif: Pick<ExifGroups, 'exif'> | undefined
  filename: string
  /** Of the installation. */
  zone: string
  received: number
}

/** Before it there were no such cameras: a clock that was never set says 1970 or 1980, or nothing but zeros. */
const firstYear = 1990

export function takenTime({ given, exif, filename, zone, received }: TimeClues): TakenTime {
  if (given !== undefined) return { taken: given, timeSource: 'given' }
  return exifTime(exif?.exif, zone) ?? nameTime(filename, zone) ?? { taken: received, timeSource: 'received' }
}

function exifTime(exif: ExifGroups['exif'] | undefined, zone: string): TakenTime | undefined {
  const found = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(textOf(exif?.DateTimeOriginal))
  const wall = found === null ? undefined : wallOf(found.slice(1))
  if (wall === undefined) return undefined
  const fraction = /^\d{1,9}/.exec(textOf(exif?.SubSecTimeOriginal))?.[0]
  const exact = wall + (fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1000))
  const offset = offsetOf(textOf(exif?.OffsetTimeOriginal))
  if (offset !== undefined) return { taken: exact - offset * 60_000, timeSource: 'exif' }
  return { taken: instantOf(zone, exact), timeSource: 'exif_local' }
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '')

/** Minutes of `+10:00` or `Z`. */
function offsetOf(text: string): number | undefined {
  if (text === 'Z') return 0
  const found = /^([+-])(\d\d):(\d\d)$/.exec(text)
  if (found === null) return undefined
  const minutes = Number(found[2]) * 60 + Number(found[3])
  // The world's clocks lie between -12:00 and +14:00.
  if (Number(found[3]) > 59 || minutes > 14 * 60) return undefined
  return found[1] === '-' ? -minutes : minutes
}

/**
 * `20210531_221500`, `2021-05-31 22.15.00`, `2021-05-31T22-15-00Z` and their relatives: a date and a time of the day with
 * one sort of separator or none, seconds and milliseconds perhaps missing, no other digits beside them.
 */
const namePattern =
  /(?<!\d)(\d{4})([-_.:]?)(\d\d)\2(\d\d)(?:[-_.T ]{0,3}|[ _-]at[ _-])(\d\d)([-_.:h]?)(\d\d)(?:[-_.:m]?(\d\d)(?:[-_.]?(\d{3}))?)?(Z?)(?!\d)/g

function nameTime(filename: string, zone: string): TakenTime | undefined {
  for (const [, year, , month, day, hour, , minute, second = '00', ms = '0', utc] of filename.matchAll(namePattern)) {
    const wall = wallOf([year, month, day, hour, minute, second])
    if (wall === undefined) continue
    const exact = wall + Number(ms)
    return { taken: utc === 'Z' ? exact : instantOf(zone, exact), timeSource: 'filename' }
  }
  return undefined
}

/** Epoch milliseconds of a wall clock reading as if it were UTC; undefined for one that no clock shows. */
function wallOf(parts: readonly (string | undefined)[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  if (year < firstYear || hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}
