/** Thinning: one photo per slot, found by one look into an index for each slot that a day can fill. */
import { sql } from 'kysely'
import { type Every, reach } from '../../core/sites/every.ts'
import type { CaptureFilter, CaptureMark, CapturePage, JudgedCapture } from '../../core/sites/records.ts'
import { dayIndexOf } from '../../core/sites/zones.ts'
import {
  daysWhere,
  hourly,
  hoursOf,
  hoursThatFit,
  idOf,
  isFlagged,
  overlap,
  photosFrom,
  photosWhere,
  prepared,
  type Span,
  spansOf,
} from './capture-filters.ts'
import { atOnce, type DayRange, inOrder, placesOf, rangeOf, throughDays } from './capture-pages.ts'
import { rowsOf } from './one-of.ts'
import type { Scope } from './schema.ts'
import { readCaptures } from './whole-captures.ts'

/** A part of a slot in which its first photo (backwards: its last one) may be the slot's. */
interface Piece extends Span {
  slot: number
  backwards: boolean
}

interface Pick extends CaptureMark {
  installation: string
  day: number
  minute: number
  slot: number
}

const minutesOfDay = 24 * 60

/** The page, in order. */
export async function thinnedPage(
  scope: Scope,
  asked: CaptureFilter,
  every: Every,
  page: CapturePage,
): Promise<JudgedCapture[]> {
  const filter = page.limit > 0 ? await prepared(scope, asked) : undefined
  if (filter === undefined) return []
  const installations = await placesOf(scope, filter)
  const range = await rangeOf(scope, filter, installations, page)
  if (range === undefined) return []
  const whole = piecesOf(every, spansOf(filter))
  // Only hours with such photos are looked into: a day has few of them, and its slot takes the first of what they have.
  const pieces = isFlagged(filter)
    ? whole.flatMap((piece) => hourly([piece]).map((hour) => ({ ...piece, ...hour })))
    : whole
  if (pieces.length === 0) return []
  const step = 'days' in every ? every.days : 1
  // Of a day's slots some half are in daylight.
  const perDay = 'minutes' in every ? Math.max(1, whole.length / 2) : 1 / step
  const first = Math.ceil(page.limit / perDay / installations.length) + 2 * step
  const found = await throughDays(
    scope,
    filter,
    page,
    { installations, range: aligned(range, step), first, step },
    async (days) => {
      const look = step > 1 && !('at' in every) ? picksOfSteps : picksOf
      const picks = await look(scope, filter, installations, pieces, days, step)
      return chosen(picks, every).filter((mark) => page.after === undefined || isBeyond(mark, page.after, page.order))
    },
  )
  const read: JudgedCapture[] = []
  for (let start = 0; start < found.length; start += atOnce) {
    const ids = found.slice(start, start + atOnce).map(({ id }) => id)
    read.push(...(await readCaptures(scope, sql`select id from ${rowsOf(scope, 'id', ids)} as picked`, page.order)))
  }
  return read
}

/** Whole steps: what a slot picks depends on all of its days. */
function aligned({ first, last }: DayRange, step: number): DayRange {
  const begin = (day: number) => Math.floor((day + 3) / step) * step - 3
  return { first: begin(first), last: begin(last) + step - 1 }
}

function isBeyond(mark: CaptureMark, after: CaptureMark, order: CapturePage['order']): boolean {
  return inOrder([after, mark], order)[1] === mark && mark.id !== after.id
}

/** What is to be looked at of each day. */
function piecesOf(every: Every, spans: readonly Span[]): Piece[] {
  const parts = (slot: number, of: Span, backwards = false) =>
    spans.flatMap((span) => overlap(span, of)).map((part) => ({ ...part, slot, backwards }))
  if ('at' in every) {
    const { at } = every
    const before = { from: Math.max(0, at - reach), to: at - 1 }
    return [...parts(0, { from: at, to: Math.min(minutesOfDay - 1, at + reach) }), ...parts(0, before, true)]
  }
  const length = 'days' in every ? minutesOfDay : every.minutes
  const pieces: Piece[] = []
  for (let from = 0; from < minutesOfDay; from += length) {
    pieces.push(...parts(from / length, { from, to: Math.min(from + length, minutesOfDay) - 1 }))
  }
  return pieces
}

/** Of steps of several days: their first photo is of the first day that has one, so the others are seldom looked into. */
async function picksOfSteps(
  scope: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  pieces: readonly Piece[],
  days: DayRange,
  step: number,
): Promise<Pick[]> {
  const { rows } = await sql<{ installation: string; day: number }>`
    select distinct d.installation, d.day from capture_days as d
    where ${daysWhere(filter, installations, days)} order by d.day`.execute(scope.db)
  const keyOf = (row: { installation: string; day: number }) => `${row.installation} ${stepOf(row.day, step)}`
  const steps = new Map<string, number[]>()
  for (const row of rows) steps.set(keyOf(row), [...(steps.get(keyOf(row)) ?? []), row.day])
  const named = async (wanted: number[]) =>
    wanted.length === 0 ? [] : picksOf(scope, { ...filter, days: wanted }, installations, pieces, days)
  const picks = await named([...new Set([...steps.values()].flatMap(([first]) => first ?? []))])
  // A day may be named for another installation, too: only that of its own first day settles a step.
  const settled = new Set(picks.filter((pick) => steps.get(keyOf(pick))?.[0] === pick.day).map(keyOf))
  const others = [...steps].flatMap(([key, [, ...later]]) => (settled.has(key) ? [] : later))
  return [...picks, ...(await named([...new Set(others)]))]
}

/** The first photo of every piece of every day that has one: of pieces of a slot that come in order perhaps only the first's. */
async function picksOf(
  scope: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  pieces: readonly Piece[],
  days: DayRange,
): Promise<Pick[]> {
  const picks: Pick[] = []
  for (const backwards of [false, true]) {
    const some = pieces.filter((piece) => piece.backwards === backwards)
    if (some.length === 0) continue
    const manyOfSlot = some.length > new Set(some.map(({ slot }) => slot)).size
    if (backwards || !manyOfSlot || !isFlagged(filter)) {
      picks.push(...(await look(scope, filter, installations, some, days, 'every')).filter(isPick))
      continue
    }
    const first = await look(scope, filter, installations, some, days, 'first hour')
    picks.push(...first.filter(isPick))
    // Hours are of photos with each flag, perhaps not of one with all of them.
    const left = [...new Set(first.flatMap((found) => (isPick(found) ? [] : [found.day])))]
    const named = { ...filter, days: left }
    if (left.length > 0) picks.push(...(await look(scope, named, installations, some, days, 'every')).filter(isPick))
  }
  return picks
}

/** What a look into a piece of a day found. */
type Found = Pick | { id: null; day: number }

const isPick = (found: Found): found is Pick => found.id !== null

/** @param which pieces of a slot: every one that can have a photo, or those of its first hour that can */
async function look(
  scope: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  pieces: readonly Piece[],
  days: DayRange,
  which: 'every' | 'first hour',
): Promise<Found[]> {
  const { engine, db } = scope
  const whole = new Map<number, number>()
  for (const piece of pieces) whole.set(piece.slot, (whole.get(piece.slot) ?? 0) | hoursOf([piece]))
  const places = pieces.map((piece) => {
    const { slot, from, to } = piece
    return sql`(${sql.join([slot, from, to, hoursOf([piece]), whole.get(slot) ?? 0].map((number) => sql.lit(number)))})`
  })
  const slots =
    engine === 'sqlite'
      ? sql`(select column1 as slot, column2 as a, column3 as b, column4 as hours, column5 as whole
          from (values ${sql.join(places)})) as s`
      : sql`(values ${sql.join(places)}) as s (slot, a, b, hours, whole)`
  const way = sql.raw(pieces[0]?.backwards === true ? 'desc' : 'asc')
  const id = idOf(filter)
  const conditions = sql.join(
    [
      sql`m.installation = d.installation and m.day = d.day and m.minute >= s.a and m.minute <= s.b`,
      ...photosWhere(filter),
    ],
    sql` and `,
  )
  // The offset keeps the planner from joining another way.
  const photoOf =
    engine === 'sqlite'
      ? sql`left join captures as c on c.id = l.id`
      : sql`left join lateral (select * from captures as c where c.id = l.id offset 0) as c on true`
  const looked = which === 'every' ? sql`d.hours` : sql`(d.hours & s.whole & -(d.hours & s.whole))`
  const { rows } = await sql<Found>`
    select l.slot, l.day, c.id, c.taken, c.installation, c.minute
    from (select s.slot, d.day, (select ${id} from ${photosFrom(filter, scope)} where ${conditions}
      order by m.minute ${way}, m.taken ${way}, ${id} ${way} limit 1) as id
    from (select distinct d.installation, d.day, ${hoursThatFit(filter)} as hours from capture_days as d
      where ${daysWhere(filter, installations, days)}) as d
    cross join ${slots} where ${looked} & s.hours <> 0) as l
    ${photoOf}`.execute(db)
  return rows
}

/** One of each slot. */
function chosen(picks: readonly Pick[], every: Every): Pick[] {
  const best = new Map<string, Pick>()
  for (const pick of picks) {
    const key = `${pick.installation} ${slotOf(pick, every)}`
    const before = best.get(key)
    if (before === undefined || isNearer(pick, before, every)) best.set(key, pick)
  }
  return [...best.values()].filter((pick) => !('at' in every) || distance(pick, every.at) <= reach * 60_000)
}

function slotOf({ day, slot }: Pick, every: Every): string {
  return 'days' in every ? String(stepOf(day, every.days)) : `${day} ${slot}`
}

/** Steps begin on Monday 5 January 1970. */
const stepOf = (day: number, step: number) => Math.floor((dayIndexOf(day) + 3) / step)

function isNearer(one: Pick, other: Pick, every: Every): boolean {
  const first = one.taken - other.taken || (one.id < other.id ? -1 : 1)
  if (!('at' in every)) return (one.day - other.day || one.minute - other.minute || first) < 0
  // Of two as far before the time the later one, as of those after it the earlier.
  const both = one.minute < every.at && other.minute < every.at ? -first : first
  return (distance(one, every.at) - distance(other, every.at) || both) < 0
}

/** By the wall clock, in milliseconds. */
const distance = ({ minute, taken }: Pick, at: number) =>
  Math.abs((minute - at) * 60_000 + (((taken % 60_000) + 60_000) % 60_000))
