/**
 * What local days have, by camera and tag: kept by those who change captures, in the same transaction. What comes is added
 * in one statement; of days that lose something the rows are made anew from the captures that are left.
 */
import { sql } from 'kysely'
import { type Capture, flags } from '../../core/sites/records.ts'
import { weekdayOf } from '../../core/sites/zones.ts'
import type { CaptureDayRow, Scope } from './schema.ts'

/** A photo as its day counts it. */
export interface Counted {
  installation: string
  day: number
  minute: number
  taken: number
  id: string
  holder: string
  /** A bit for each flag, as in the store. */
  flags: number
}

/** Some days of an installation, of photos with the tag (empty: of all). */
export interface Days {
  installation: string
  tag: string
  days: readonly number[]
}

interface Row extends CaptureDayRow {
  /** `with_…` and `without_…` of every flag, in order. */
  masks: number[]
}

const noon = 12 * 60
/** A flagged photo is a day's cover only where there is no other. */
const flagged = 10_000

/** Days named in one statement. */
const batch = 200
const maskColumns = flags.flatMap((flag) => [`with_${flag}`, `without_${flag}`])

/** Column of hours that have a photo with the flag, or one without it. */
export const maskColumn = (flag: (typeof flags)[number], has: boolean) => sql.ref(`${has ? 'with' : 'without'}_${flag}`)

/** Counts photos that came: a row for all of them, and one for each tag. */
export async function countIn(scope: Scope, came: readonly { photo: Counted; tags: readonly string[] }[]) {
  await write(scope, fold(came.flatMap(({ photo, tags }) => tags.map((tag) => rowOf(photo, tag)))))
}

/** Counts what is left on these days. */
export async function recount(scope: Scope, changed: readonly Days[]): Promise<void> {
  for (const { installation, tag, days } of changed) {
    for (let start = 0; start < days.length; start += batch) {
      const some = days.slice(start, start + batch)
      await scope.db
        .deleteFrom('captureDays')
        .where('installation', '=', installation)
        .where('tag', '=', tag)
        .where('day', 'in', some)
        .execute()
      const left = await (tag === '' ? photosOf(scope, installation, some) : tagged(scope, installation, tag, some))
      await write(scope, fold(left.map((photo) => rowOf(photo, tag))))
    }
  }
}

const photosOf = ({ db }: Scope, installation: string, days: readonly number[]): Promise<Counted[]> =>
  db
    .selectFrom('captures')
    .select(['installation', 'day', 'minute', 'taken', 'id', 'holder', 'flags'])
    .where('installation', '=', installation)
    .where('day', 'in', days)
    .execute()

const tagged = ({ db }: Scope, installation: string, tag: string, days: readonly number[]): Promise<Counted[]> =>
  db
    .selectFrom('captureTags as mark')
    .innerJoin('captures', 'captures.id', 'mark.capture')
    .select(['mark.installation', 'mark.day', 'mark.minute', 'mark.taken', 'mark.capture as id', 'mark.flags'])
    .select('captures.holder')
    .where('mark.installation', '=', installation)
    .where('mark.tag', '=', tag)
    .where('mark.day', 'in', days)
    .execute()

function rowOf({ installation, day, minute, taken, id, holder, flags: bits }: Counted, tag: string): Row {
  const hour = 1 << Math.floor(minute / 60)
  return {
    installation,
    tag,
    day,
    holder,
    weekday: weekdayOf(day),
    count: 1,
    hours: hour,
    firstTaken: taken,
    firstId: id,
    lastTaken: taken,
    lastId: id,
    cover: id,
    coverRank: Math.abs(minute - noon) + (bits === 0 ? 0 : flagged),
    masks: flags.flatMap((_flag, bit) => (bits & (1 << bit) ? [hour, 0] : [0, hour])),
  }
}

/** One row for each key. */
function fold(rows: readonly Row[]): Row[] {
  const folded = new Map<string, Row>()
  for (const row of rows) {
    const key = JSON.stringify([row.installation, row.tag, row.day, row.holder])
    const before = folded.get(key)
    folded.set(key, before === undefined ? row : both(before, row))
  }
  return [...folded.values()]
}

const precedes = (taken: number, id: string, otherTaken: number, other: string) =>
  taken < otherTaken || (taken === otherTaken && id < other)

/** What the statement of `write` does. */
function both(one: Row, other: Row): Row {
  const first = precedes(other.firstTaken, other.firstId, one.firstTaken, one.firstId) ? other : one
  const last = precedes(one.lastTaken, one.lastId, other.lastTaken, other.lastId) ? other : one
  const cover = precedes(other.coverRank, other.cover, one.coverRank, one.cover) ? other : one
  return {
    ...one,
    count: one.count + other.count,
    hours: one.hours | other.hours,
    firstTaken: first.firstTaken,
    firstId: first.firstId,
    lastTaken: last.lastTaken,
    lastId: last.lastId,
    cover: cover.cover,
    coverRank: cover.coverRank,
    masks: one.masks.map((mask, at) => mask | (other.masks[at] ?? 0)),
  }
}

/** Of the table, in the order of `dayRows`. */
export const dayColumns = [
  'installation',
  'tag',
  'day',
  'holder',
  'weekday',
  'count',
  'hours',
  'first_taken',
  'first_id',
  'last_taken',
  'last_id',
  'cover',
  'cover_rank',
  ...maskColumns,
]

/** Of two keys the one that goes before (or behind) the other. */
const chosen = (names: readonly [string, string], sign: '<' | '>') => {
  const [had, comes] = ['capture_days', 'excluded'].map((table) => names.map((name) => sql.ref(`${table}.${name}`)))
  const better = sql`(${sql.join(comes ?? [])}) ${sql.raw(sign)} (${sql.join(had ?? [])})`
  return names.map((name, at) => sql`${sql.ref(name)} = case when ${better} then ${comes?.[at]} else ${had?.[at]} end`)
}

const merge = sql.join([
  sql`count = capture_days.count + excluded.count`,
  ...chosen(['first_taken', 'first_id'], '<'),
  ...chosen(['last_taken', 'last_id'], '>'),
  ...chosen(['cover_rank', 'cover'], '<'),
  ...['hours', ...maskColumns].map(
    (name) => sql`${sql.ref(name)} = ${sql.ref(`capture_days.${name}`)} | ${sql.ref(`excluded.${name}`)}`,
  ),
])

async function write({ db }: Scope, rows: readonly Row[]): Promise<void> {
  // In one order: two who write the same days on PostgreSQL do not wait for each other in a circle.
  const sorted = [...rows].sort((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : a.day - b.day))
  for (let start = 0; start < sorted.length; start += batch) {
    const values = sorted.slice(start, start + batch).map((row) => sql`(${sql.join(valuesOf(row))})`)
    await sql`insert into capture_days (${sql.raw(dayColumns.join(', '))}) values ${sql.join(values)}
      on conflict (installation, tag, day, holder) do update set ${merge}`.execute(db)
  }
}

function valuesOf({ masks, ...row }: Row): (string | number)[] {
  const { installation, tag, day, holder, weekday, count, hours } = row
  const { firstTaken, firstId, lastTaken, lastId, cover, coverRank } = row
  const plain = [installation, tag, day, holder, weekday, count, hours, firstTaken, firstId, lastTaken, lastId]
  return [...plain, cover, coverRank, ...masks]
}

/** Rows of days that have these photos and no others, for filling a database past the repositories. */
export const dayRows = (photos: readonly { photo: Counted; tags: readonly string[] }[]) =>
  fold(photos.flatMap(({ photo, tags }) => tags.map((tag) => rowOf(photo, tag)))).map(valuesOf)

/** As its day counts it. */
export const countedOf = (capture: Omit<Capture, 'flags'>, bits: number): Counted => ({
  installation: capture.installation,
  day: capture.day,
  minute: capture.minute,
  taken: capture.taken,
  id: capture.id,
  holder: capture.camera ?? capture.installation,
  flags: bits,
})
