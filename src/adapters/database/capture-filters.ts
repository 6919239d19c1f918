/** What a filter of captures means in SQL: which days can have a match, and which photos of them do. */
import { sql } from 'kysely'
import { type CaptureFilter, type CaptureMark, type Flag, flags } from '../../core/sites/records.ts'
import { dayIndexOf, dayOfIndex } from '../../core/sites/zones.ts'
import { maskColumn } from './capture-days.ts'
import type { Scope } from './schema.ts'
import type { Sql } from './search/lists.ts'

/** Minutes of the day, both inclusive. */
export interface Span {
  from: number
  to: number
}

const lastMinute = 24 * 60 - 1
const dayMs = 86_400_000
/** No zone was ever farther from UTC. */
const zoneMs = 16 * 3_600_000

export const values = (list: readonly (string | number)[]) => sql.join(list)

export const masked = (given: readonly Flag[]) => given.reduce((mask, flag) => mask | (1 << flags.indexOf(flag)), 0)

/** True for what the filter asks beyond installations, camera and time: then days are looked through. */
export function isPlain({ camera, days, minutes, hours, weekdays, tags, flags: has, notFlags }: CaptureFilter) {
  return [camera, days, minutes, hours, weekdays].every((one) => one === undefined) && [tags, has, notFlags].every(none)
}

const none = (list: readonly unknown[] | undefined) => list === undefined || list.length === 0

/** What is left of the day by `minutes` and `hours`, ascending. */
export function spansOf({ minutes, hours }: Pick<CaptureFilter, 'minutes' | 'hours'>): Span[] {
  const { from, to } = minutes ?? { from: 0, to: lastMinute }
  const wanted =
    from <= to
      ? [{ from, to }]
      : [
          { from: 0, to },
          { from, to: lastMinute },
        ]
  if (hours === undefined) return wanted
  const spans: Span[] = []
  for (const hour of [...new Set(hours)].sort((a, b) => a - b)) {
    const before = spans.at(-1)
    if (before?.to === hour * 60 - 1) before.to += 60
    else spans.push({ from: hour * 60, to: hour * 60 + 59 })
  }
  return spans.flatMap((span) => wanted.flatMap((window) => overlap(span, window)))
}

/** Where both are; none or one. */
export function overlap(one: Span, other: Span): Span[] {
  const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)]
  return from <= to ? [{ from, to }] : []
}

/** A bit for each hour that they touch. */
export function hoursOf(spans: readonly Span[]): number {
  let mask = 0
  for (const { from, to } of spans) {
    for (let hour = Math.floor(from / 60); hour <= Math.floor(to / 60); hour += 1) mask |= 1 << hour
  }
  return mask
}

/** Days since 1970 that may have photos taken in these bounds, both inclusive. */
export function daysOfTimes(from: number, to: number): { first: number; last: number } {
  return { first: Math.floor((from - zoneMs) / dayMs), last: Math.floor((to + zoneMs) / dayMs) }
}

/** Photos of days before `first` were taken before this; those of days after `last` not before that. */
export const timesOfDays = ({ first, last }: { first: number; last: number }) => ({
  before: first * dayMs + zoneMs,
  after: (last + 1) * dayMs - zoneMs,
})

/**
 * Rows of capture_days, called `d`, that can have a match; from `first` to `last` (days since 1970).
 * @param installations those of the filter, or of its camera
 */
export function daysWhere(
  filter: CaptureFilter,
  installations: readonly string[],
  { first, last }: { first: number; last: number },
): Sql {
  const wanted = filter.days?.filter((day) => dayIndexOf(day) >= first && dayIndexOf(day) <= last)
  const hours = hoursOf(spansOf(filter))
  const conditions = [
    sql`d.installation in (${values(installations)})`,
    sql`d.tag = ${filter.tags?.[0] ?? ''}`,
    sql`d.day >= ${dayOfIndex(first)} and d.day <= ${dayOfIndex(last)}`,
    ...(wanted === undefined ? [] : [wanted.length === 0 ? sql`1 = 0` : sql`d.day in (${values(wanted)})`]),
    // Days that have the first tag and never another one of them: a tag may be of some years only.
    ...(filter.tags ?? []).slice(1).map(
      (tag) => sql`exists (select 1 from capture_days as e
        where e.installation = d.installation and e.tag = ${tag} and e.day = d.day)`,
    ),
    ...(filter.camera === undefined ? [] : [sql`d.holder = ${filter.camera}`]),
    ...(filter.weekdays === undefined ? [] : [sql`d.weekday in (${values(filter.weekdays)})`]),
  ]
  if (isFlagged(filter) || filter.minutes !== undefined || filter.hours !== undefined) {
    conditions.push(sql`(${hoursThatFit(filter)} & ${sql.lit(hours)}) <> 0`)
  }
  return sql.join(conditions, sql` and `)
}

export const isFlagged = ({ flags: has, notFlags }: CaptureFilter) => !none(has) || !none(notFlags)

/** Of a day `d` the hours that have photos with every flag asked for, and photos without the others: perhaps not the same. */
export function hoursThatFit({ flags: has = [], notFlags = [] }: CaptureFilter): Sql {
  const masks = [...has.map((flag) => maskColumn(flag, true)), ...notFlags.map((flag) => maskColumn(flag, false))]
  return masks.length === 0 ? sql`d.hours` : sql`(${sql.join(masks, sql` & `)})`
}

/** The same minutes, cut at every hour. */
export const hourly = (spans: readonly Span[]): Span[] =>
  spans.flatMap((span) =>
    Array.from({ length: 24 }, (_, hour) => overlap(span, { from: hour * 60, to: hour * 60 + 59 })).flat(),
  )

/**
 * The filter with its rarest tag first, by which photos are looked for; undefined: nothing fits.
 */
export async function prepared({ db }: Scope, filter: CaptureFilter): Promise<CaptureFilter | undefined> {
  const { flags: has = [], notFlags = [], tags = [], installations } = filter
  if (installations.length === 0 || spansOf(filter).length === 0 || has.some((flag) => notFlags.includes(flag))) {
    return undefined
  }
  if (tags.length < 2) return filter
  const rows = await db
    .selectFrom('siteTags')
    .select(({ fn }) => ['tag', fn.sum<number>('count').as('count')])
    .where('installation', 'in', installations)
    .where('tag', 'in', tags)
    .groupBy('tag')
    .execute()
  const counts = new Map(rows.map(({ tag, count }) => [tag, Number(count)]))
  if (tags.some((tag) => !counts.has(tag))) return undefined
  return { ...filter, tags: [...new Set(tags)].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0)) }
}

/** The index that a statement is made for: SQLite keeps no statistics to find it by. */
export const by = ({ engine }: Pick<Scope, 'engine'>, index: string) =>
  engine === 'sqlite' ? sql` indexed by ${sql.ref(index)}` : sql``

/** Photos called `m`: of all, or those with the first tag; both are in the order (installation, day, minute, taken, id). */
export function photosFrom({ tags }: CaptureFilter, { engine }: Pick<Scope, 'engine'>): Sql {
  return tags?.[0] === undefined ? sql`captures as m${by({ engine }, 'captures_by_day')}` : sql`capture_tags as m`
}

export const idOf = ({ tags }: CaptureFilter) => sql.ref(tags?.[0] === undefined ? 'm.id' : 'm.capture')

/** What days and minutes have not said of a photo `m`. */
export function photosWhere(filter: CaptureFilter, after?: { mark: CaptureMark; order: 'asc' | 'desc' }): Sql[] {
  const [tag, ...more] = filter.tags ?? []
  const id = idOf(filter)
  const conditions: Sql[] = tag === undefined ? [] : [sql`m.tag = ${tag}`]
  if (filter.from !== undefined) conditions.push(sql`m.taken >= ${filter.from}`)
  if (filter.to !== undefined) conditions.push(sql`m.taken < ${filter.to}`)
  if (after !== undefined) {
    const { mark, order } = after
    const beyond = sql.raw(order === 'asc' ? '>' : '<')
    conditions.push(sql`(m.taken, ${id}) ${beyond} (cast(${mark.taken} as bigint), ${mark.id})`)
  }
  if (!none(filter.flags)) {
    const mask = sql.lit(masked(filter.flags ?? []))
    conditions.push(sql`m.flags & ${mask} = ${mask}`)
  }
  if (!none(filter.notFlags)) conditions.push(sql`m.flags & ${sql.lit(masked(filter.notFlags ?? []))} = 0`)
  for (const other of more) {
    conditions.push(sql`exists (select 1 from capture_tags as x where x.installation = m.installation
      and x.tag = ${other} and x.day = m.day and x.minute = m.minute and x.taken = m.taken and x.capture = ${id})`)
  }
  if (filter.camera !== undefined) {
    conditions.push(
      tag === undefined
        ? sql`m.camera = ${filter.camera}`
        : sql`exists (select 1 from captures as c where c.id = m.capture and c.camera = ${filter.camera})`,
    )
  }
  return conditions
}
