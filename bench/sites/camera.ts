/** Ten years of a made-up camera: a photo every three minutes of daylight, a million in all. */
import { countedOf, dayRows } from '../../src/adapters/database/capture-days.ts'
import { maskOf } from '../../src/adapters/database/captures.ts'
import { type Capture, type Flag, flags } from '../../src/core/sites/records.ts'
import { instantOf, localAt } from '../../src/core/sites/zones.ts'

export const project = 'bench'
export const installation = 'in_00000000000000000000000000'
export const timezone = 'Australia/Sydney'
export const cameras = { main: 'cm_0000000000000000000000MAIN', spare: 'cm_000000000000000000000SPARE' }
export const firstDay = Date.UTC(2012, 0, 1)

const dayMs = 86_400_000
export const perDay = 274
const minutesApart = 3
const dawn = 5 * 60

type Value = string | number | null
export type Table = 'captures' | 'assets' | 'capture_tags' | 'capture_days' | 'site_tags'

/** The same fraction for the same number. */
function fraction(number: number, salt: number): number {
  let mixed = Math.imul(number ^ (salt * 0x9e3779b1), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

function flagsOf(number: number, day: number, nth: number): Flag[] {
  const chances: Record<Flag, number> = {
    // Twilight.
    dark: nth < 10 || nth >= perDay - 10 ? 0.95 : 0,
    duplicate_view: 0.4,
    blurred: 0.02,
    // A spider lived on the lens.
    obstructed: day >= 1500 && day < 1507 ? 0.9 : 0,
    blank: 1 / 40_000,
    view_moved: 1 / 150_000,
  }
  return flags.filter((flag, salt) => fraction(number, salt + 1) < chances[flag])
}

function tagsOf(number: number, day: number, nth: number): string[] {
  const tags = fraction(number, 11) < 0.01 ? ['slab'] : []
  if (fraction(number, 12) < 1 / 50_000) tags.push('rare')
  if (day < 1826) tags.push('first half')
  if (day % 7 === 0 && nth === 140) tags.push('weekly')
  return tags
}

export function capture(number: number): Capture {
  const day = Math.floor(number / perDay)
  const nth = number % perDay
  const taken = instantOf(timezone, firstDay + day * dayMs + (dawn + nth * minutesApart) * 60_000)
  const id = `ph_${String(number).padStart(26, '0')}`
  return {
    id,
    asset: number.toString(16).padStart(24, '0'),
    project,
    installation,
    camera: day >= 900 && day < 930 ? cameras.spare : cameras.main,
    sha256: number.toString(16).padStart(64, '0'),
    taken,
    ...localAt(timezone, taken),
    timeSource: 'exif',
    received: taken + 60_000,
    filename: `IMG_${number % 10_000}.JPG`,
    blob: 'bench/shared',
    mime: 'image/jpeg',
    size: 5_000_000,
    width: 6000,
    height: 4000,
    tags: tagsOf(number, day, nth),
    flags: flagsOf(number, day, nth),
    exposure: { camera: 'A camera', iso: 100, aperture: 8, shutter: '1/250' },
  }
}

export const columns = {
  captures: [
    ...['id', 'asset', 'project', 'installation', 'camera', 'holder', 'sha256', 'taken', 'offset', 'day', 'minute'],
    ...['weekday', 'time_source', 'received', 'filename', 'blob', 'mime', 'size', 'width', 'height', 'tags', 'flags'],
    'exposure',
  ],
  assets: [
    ...['id', 'file', 'project', 'folder', 'name', 'version', 'current', 'blob', 'size', 'mime', 'format', 'kind'],
    ...['width', 'height', 'tags', 'ai_tags', 'custom_metadata', 'is_private', 'is_published', 'score', 'label'],
    ...['origin', 'created', 'updated'],
  ],
  capture_tags: ['installation', 'tag', 'day', 'minute', 'taken', 'capture', 'flags'],
  site_tags: ['installation', 'tag', 'count'],
} as const

/** Rows of all tables, in the order of their columns; those of days last. */
export function* rows(count: number): Generator<[table: Table, row: readonly Value[]]> {
  const tagged = new Map<string, number>()
  let day: { photo: ReturnType<typeof countedOf>; tags: string[] }[] = []
  for (let number = 0; number < count; number += 1) {
    const one = capture(number)
    const mask = maskOf(one.flags)
    yield ['captures', captureRow(one, mask)]
    yield ['assets', assetRow(one)]
    for (const tag of one.tags) {
      tagged.set(tag, (tagged.get(tag) ?? 0) + 1)
      yield ['capture_tags', [one.installation, tag, one.day, one.minute, one.taken, one.id, mask]]
    }
    day.push({ photo: countedOf(one, mask), tags: ['', ...one.tags] })
    if (number % perDay !== perDay - 1 && number !== count - 1) continue
    for (const row of dayRows(day)) yield ['capture_days', row]
    day = []
  }
  for (const [tag, photos] of tagged) yield ['site_tags', [installation, tag, photos]]
}

function captureRow(one: Capture, mask: number): Value[] {
  return [
    ...[one.id, one.asset, project, installation, one.camera, one.camera, one.sha256, one.taken, one.offset, one.day],
    ...[one.minute, one.weekday, one.timeSource, one.received, one.filename, one.blob, one.mime, one.size, one.width],
    ...[one.height, JSON.stringify(one.tags), mask, JSON.stringify(one.exposure)],
  ]
}

function assetRow(one: Capture): Value[] {
  return [
    ...[one.asset, one.asset, project, 'folder', `${one.id}.jpg`, 1, 1, one.blob, one.size, one.mime, 'jpg', 'image'],
    ...[one.width, one.height, JSON.stringify(one.tags), '[]', '{}', 1, 1, 7.5, 'exterior', 'capture', one.received],
    one.received,
  ]
}
