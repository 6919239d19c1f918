/** Values of a search expression as what their field holds: dates, sizes, numbers, folders, areas. */
import { type Area, box, circle, polygon } from './areas.ts'
import type { Place } from './item.ts'
import type { Span } from './query.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const date = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})?)?$/
const ago = /^(\d{1,6})([hdwmy])$/i

/**
 * `YYYY-MM-DD` (midnight UTC), `YYYY-MM-DDTHH:MM:SS` with optional fraction and zone, or `<n>h|d|w|m|y` before now. What
 * is written to the second means that whole second.
 */
export function readDate(text: string, now: number): Span | undefined {
  const relative = ago.exec(text)
  if (relative !== null) {
    const from = before(now, Number(relative[1]), (relative[2] ?? '').toLowerCase())
    return Number.isNaN(from) ? undefined : { from, to: from }
  }
  const [, day, time = '00:00:00', fraction = '', zone = 'Z'] = date.exec(text) ?? []
  if (day === undefined) return undefined
  const from = Date.parse(`${day}T${time}${fraction.padEnd(4, fraction === '' ? '.000' : '0')}${zone}`)
  // Date.parse rolls 31 February over into March.
  const midnight = Date.parse(`${day}T00:00:00.000Z`)
  if (Number.isNaN(from) || Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day))
    return undefined
  return { from, to: fraction === '' ? from + 999 : from }
}

const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/

/** A date as items hold it: ISO 8601, in UTC where it names no zone. */
export function isoDate(text: string): number | undefined {
  const [whole, time, , zone] = iso.exec(text) ?? []
  if (whole === undefined) return undefined
  const date = Date.parse(time !== undefined && zone === undefined ? `${text}Z` : text)
  return Number.isNaN(date) ? undefined : date
}

function before(now: number, count: number, unit: string): number {
  if (unit === 'h') return now - count * hourMs
  if (unit === 'd') return now - count * dayMs
  if (unit === 'w') return now - count * 7 * dayMs
  // A month before 31 March is the last day of February.
  const then = new Date(now)
  const day = then.getUTCDate()
  then.setUTCDate(1)
  then.setUTCMonth(then.getUTCMonth() - count * (unit === 'y' ? 12 : 1))
  const last = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth() + 1, 0)).getUTCDate()
  then.setUTCDate(Math.min(day, last))
  return then.getTime()
}

const bytes = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 }

/** Bytes as a number, or with a unit of 1024: `10kb`, `1.5mb`. */
export function readSize(text: string): number | undefined {
  const [, count, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(text) ?? []
  if (count === undefined) return readNumber(text)
  return finite(Number(count) * bytes[unit.toLowerCase() as keyof typeof bytes])
}

export function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? finite(Number(text)) : undefined
}

const finite = (value: number) => (Number.isFinite(value) ? value : undefined)

/** A folder as paths are stored: `''` for the root, else `/a/b`. */
export function readPath(text: string): string {
  return text
    .normalize('NFC')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => `/${part}`)
    .join('')
}

const kilometres = { m: 0.001, km: 1, mi: 1.609344 }
const maxCorners = 20

/** `lat,lon 5km`: a circle; `lat,lon|lat,lon`: a box by its diagonal; three or more points: a polygon. */
export function readArea(text: string): Area | undefined {
  const around = /^(.*\S)\s+(\d+(?:\.\d+)?)\s*(km|mi|m)$/i.exec(text.trim())
  if (around !== null) {
    const [, point = '', count, unit = ''] = around
    const centre = readPlace(point)
    const km = Number(count) * kilometres[unit.toLowerCase() as keyof typeof kilometres]
    return centre && circle(centre, km)
  }
  const places = text.split('|').map(readPlace)
  if (places.length < 2 || places.length > maxCorners || !places.every((place) => place !== undefined)) return undefined
  const [a, b] = places
  return places.length === 2 && a !== undefined && b !== undefined ? box(a, b) : polygon(places)
}

function readPlace(text: string): Place | undefined {
  const [latitude, longitude, ...more] = text.split(',').map((part) => readNumber(part.trim()))
  if (latitude === undefined || longitude === undefined || more.length > 0) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined
}
