/** Local time of IANA zones, without a library: Node's own zone data, one formatter per zone, asked once for most days. */

export interface Local {
  /** Minutes east of UTC. */
  offset: number
  /** `20210531` */
  day: number
  /** Of the local day, 0..1439. */
  minute: number
  /** ISO 8601: Monday 1 to Sunday 7. */
  weekday: number
}

const dayMs = 86_400_000
const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
    formatters.set(zone, formatter)
  }
  return formatter
}

/** True for a name that the system's zone data has, such as `Europe/Berlin`. */
export function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && formatterOf(name) !== undefined
  } catch {
    return false
  }
}

/** By zone: what the clocks of a day (UTC) were set to; null: they changed on it. */
const days = new Map<string, Map<number, number | null>>()
/** Of one zone. */
const maxDays = 20_000

/** Minutes east of UTC at this moment, whole ones. */
export function offsetAt(zone: string, ms: number): number {
  const known = days.get(zone) ?? new Map<number, number | null>()
  days.set(zone, known)
  const day = Math.floor(ms / dayMs)
  let offset = known.get(day)
  if (offset === undefined) {
    const start = readOffset(zone, day * dayMs)
    offset = start === readOffset(zone, (day + 1) * dayMs) ? start : null
    if (known.size >= maxDays) known.clear()
    known.set(day, offset)
  }
  return offset ?? readOffset(zone, ms)
}

function readOffset(zone: string, ms: number): number {
  const parts: Record<string, string> = {}
  for (const { type, value } of formatterOf(zone).formatToParts(ms)) parts[type] = value
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
  const midnight = midnightOf(year, Number(parts.month), Number(parts.day))
  const local = midnight + ((Number(parts.hour) * 60 + Number(parts.minute)) * 60 + Number(parts.second)) * 1000
  return Math.round((local - Math.floor(ms / 1000) * 1000) / 60_000)
}

/** The wall clock and calendar at this moment. */
export function localAt(zone: string, ms: number): Local {
  const offset = offsetAt(zone, ms)
  const wall = ms + offset * 60_000
  const date = new Date(wall)
  return {
    offset,
    day: dayNumber(date),
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
    weekday: date.getUTCDay() === 0 ? 7 : date.getUTCDay(),
  }
}

/**
 * The moment of a wall clock reading. One that comes twice (clocks set back) is its first; one that never comes (clocks set
 * forward) is as long after the change as it says.
 * @param wall epoch milliseconds, as if the reading were UTC
 */
export function instantOf(zone: string, wall: number): number {
  const before = offsetAt(zone, wall - dayMs)
  const after = offsetAt(zone, wall + dayMs)
  const early = wall - Math.max(before, after) * 60_000
  const late = wall - Math.min(before, after) * 60_000
  if (early + offsetAt(zone, early) * 60_000 === wall) return early
  if (late + offsetAt(zone, late) * 60_000 === wall) return late
  return wall - before * 60_000
}

/** First moment of a local day, and of the next: 23 to 25 hours apart. @param day `20210531` */
export function dayBounds(zone: string, day: number): { start: number; end: number } {
  const wall = wallOf(day)
  return { start: instantOf(zone, wall), end: instantOf(zone, wall + dayMs) }
}

/** `20210531` of `2021-05-31`; undefined for what is no date. */
export function parseDay(text: string): number | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (found === null) return undefined
  const day = Number(found[1]) * 10_000 + Number(found[2]) * 100 + Number(found[3])
  return formatDay(dayNumber(new Date(wallOf(day)))) === text ? day : undefined
}

/** `2021-05-31` */
export function formatDay(day: number): string {
  const text = String(day).padStart(8, '0')
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
}

/** RFC 3339 UTC, whole seconds. */
export const formatInstant = (ms: number) => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`

/** RFC 3339 with the offset, whole seconds. */
export function formatLocal(ms: number, offset: number): string {
  const wall = new Date(Math.floor(ms / 1000) * 1000 + offset * 60_000).toISOString().slice(0, 19)
  const size = Math.abs(offset)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const dayNumber = (date: Date) => date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate()
const wallOf = (day: number) => midnightOf(Math.floor(day / 10_000), Math.floor(day / 100) % 100, day % 100)
/** Not Date.UTC alone, which takes the years 0 to 99 for 1900 to 1999. */
const midnightOf = (year: number, month: number, day: number) => new Date(0).setUTCFullYear(year, month - 1, day)

/** Days since 1970-01-01, for reckoning with days. */
export const dayIndexOf = (day: number) => wallOf(day) / dayMs
export const dayOfIndex = (index: number) => dayNumber(new Date(index * dayMs))

/** ISO 8601: Monday 1 to Sunday 7. */
export const weekdayOf = (day: number) => ((((dayIndexOf(day) + 3) % 7) + 7) % 7) + 1
