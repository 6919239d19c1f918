/**
 * Pages of captures, in order. Without a filter beyond the time an index has the order. Otherwise days
 * are looked through, some at first and then ever more of them: rows of capture_days say which can have a match, and an
 * index has the photos of those by minute, so that neither a filter that nothing fits nor a common one reads far.
 */
import { sql } from 'kysely'
import type { CaptureFilter, CaptureMark, CapturePage, JudgedCapture } from '../../core/sites/records.ts'
import { dayIndexOf } from '../../core/sites/zones.ts'
import {
  by,
  daysOfTimes,
  daysWhere,
  hourly,
  hoursOf,
  hoursThatFit,
  idOf,
  isFlagged,
  isPlain,
  photosFrom,
  photosWhere,
  prepared,
  spansOf,
  timesOfDays,
  values,
} from './capture-filters.ts'
import type { Scope } from './schema.ts'
import type { Sql } from './search/lists.ts'
import { readCaptures } from './whole-captures.ts'

type Order = CapturePage['order']

/** Up to so many installations each has its own turn at the index; more are read in the order of the project. */
const fewInstallations = 12
/** Photos of a project that are looked at before the days of many installations. */
const probed = 2000

/** Photos that one statement brings: more in one text would hold up others. */
export const atOnce = 1000

/** Days since 1970, both inclusive. */
export interface DayRange {
  first: number
  last: number
}

/** The page, in order. */
export async function pageOf(
  scope: Scope,
  filter: CaptureFilter,
  { skip = 0, ...asked }: CapturePage,
): Promise<JudgedCapture[]> {
  const found: JudgedCapture[] = []
  for (let page = { ...asked, limit: asked.limit + skip }; ; ) {
    const limit = Math.min(atOnce, page.limit)
    const some = await firstOf(scope, filter, { ...page, limit })
    found.push(...some)
    const last = some.at(-1)
    if (last === undefined || some.length < limit || limit === page.limit) return found.slice(skip)
    page = { ...page, after: last, limit: page.limit - limit }
  }
}

async function firstOf(scope: Scope, asked: CaptureFilter, page: CapturePage): Promise<JudgedCapture[]> {
  const filter = page.limit > 0 ? await prepared(scope, asked) : undefined
  if (filter === undefined) return []
  const many = filter.installations.length > fewInstallations
  if (isPlain(filter)) {
    return many ? inProject(scope, filter, page) : ofEach(scope, filter, page)
  }
  if (many && filter.days === undefined) {
    const found = await inProject(scope, filter, page, probed)
    if (found.length === page.limit) return found
  }
  const installations = await placesOf(scope, filter)
  const range = await rangeOf(scope, filter, installations, page)
  if (range === undefined) return []
  const first = Math.max(1, Math.ceil(Math.max(3, page.limit / 40) / installations.length))
  return throughDays(scope, filter, page, { installations, range, first, step: 1 }, (days) =>
    photosOfDays(scope, filter, installations, days, page),
  )
}

/** Photos that fit, however many. */
export async function countOf(scope: Scope, asked: CaptureFilter): Promise<number> {
  const filter = await prepared(scope, asked)
  if (filter === undefined) return 0
  const installations = await placesOf(scope, filter)
  const range = await rangeOf(scope, filter, installations, { order: 'asc', limit: 1 })
  if (range === undefined) return 0
  const { from, to, minutes, hours, tags = [], flags = [], notFlags = [] } = filter
  const countsDays =
    minutes === undefined && hours === undefined && tags.length < 2 && flags.length + notFlags.length === 0
  // Whole days are counted already; those at the ends are not whole.
  const inner = {
    first: from === undefined ? range.first : range.first + 4,
    last: to === undefined ? range.last : range.last - 4,
  }
  if (!countsDays || inner.first > inner.last) return countPhotos(scope, filter, installations, range)
  const [whole, ...ends] = await Promise.all([
    countDays(scope, filter, installations, inner),
    ...[
      { first: range.first, last: inner.first - 1 },
      { first: inner.last + 1, last: range.last },
    ]
      .filter(({ first, last }) => first <= last)
      .map((days) => countPhotos(scope, filter, installations, days)),
  ])
  return ends.reduce((sum, count) => sum + count, whole)
}

async function countDays({ db }: Scope, filter: CaptureFilter, installations: readonly string[], days: DayRange) {
  const { rows } = await sql<{ count: number | null }>`
    select sum(count) as count from capture_days as d where ${daysWhere(filter, installations, days)}`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

async function countPhotos(scope: Scope, filter: CaptureFilter, installations: readonly string[], days: DayRange) {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${ofDays(scope, filter, installations, days)}`.execute(scope.db)
  return Number(rows[0]?.count ?? 0)
}

/** The installations of the filter; with a camera those where it was. */
export async function placesOf({ db }: Scope, { camera, installations }: CaptureFilter): Promise<readonly string[]> {
  if (camera === undefined) return installations
  const rows = await db
    .selectFrom('captureDays')
    .select('installation')
    .distinct()
    .where('holder', '=', camera)
    .where('tag', '=', sql.lit(''))
    .execute()
  const there = new Set(rows.map(({ installation }) => installation))
  return installations.filter((id) => there.has(id))
}

/** Days to look through. */
export async function rangeOf(
  { db }: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  { after, order }: CapturePage,
): Promise<DayRange | undefined> {
  if (installations.length === 0) return undefined
  // Of named days nobody needs to know which photos are the first and the last of all.
  const ends = filter.days === undefined ? await endsOf({ db }, filter, installations) : always
  if (ends === undefined) return undefined
  const from = Math.max(filter.from ?? ends.from, order === 'asc' ? (after?.taken ?? ends.from) : ends.from)
  const to = Math.min(filter.to ?? ends.to, order === 'desc' ? (after?.taken ?? ends.to) : ends.to)
  if (from > to) return undefined
  const range = daysOfTimes(from, to)
  if (filter.days === undefined) return range
  const days = filter.days.map(dayIndexOf).filter((day) => day >= range.first && day <= range.last)
  if (days.length === 0) return undefined
  return { first: days.reduce((a, b) => Math.min(a, b)), last: days.reduce((a, b) => Math.max(a, b)) }
}

/** Every moment that a date can name. */
const always = { from: -8.64e15, to: 8.64e15 }

/** When the first and the last photo of these were taken, or earlier and later ones. */
async function endsOf({ db }: Pick<Scope, 'db'>, { project }: CaptureFilter, installations: readonly string[]) {
  const [only] = installations
  const [first, last] = await Promise.all(
    (['asc', 'desc'] as const).map((order) =>
      db
        .selectFrom('captures')
        .select('taken')
        .where(
          installations.length === 1 ? 'installation' : 'project',
          '=',
          installations.length === 1 ? (only ?? '') : project,
        )
        .orderBy('taken', order)
        .orderBy('id', order)
        .limit(1)
        .executeTakeFirst(),
    ),
  )
  return first && last && { from: first.taken, to: last.taken }
}

/**
 * Looks through days from one end of the range, `first` of them to begin with and then as many as may fill the page, at most
 * four times as many, until it is full and none of the days that are left can have a photo that belongs before its last.
 * @param step days that belong together
 */
export async function throughDays<Mark extends CaptureMark>(
  scope: Scope,
  filter: CaptureFilter,
  { order, limit }: Pick<CapturePage, 'order' | 'limit'>,
  { installations, range, first, step }: Search,
  look: (days: DayRange) => Promise<readonly Mark[]>,
): Promise<Mark[]> {
  const wanted = filter.days && [...new Set(filter.days.map(dayIndexOf))].sort((a, b) => a - b)
  let found: Mark[] = []
  let left: DayRange | undefined = range
  for (let size = first, seen = 0; left !== undefined; ) {
    const days: DayRange | undefined =
      installations.length > fewInstallations
        ? nextDays(left, order, size, step, wanted)
        : await matchingDays(scope, filter, installations, left, { order, size, step })
    if (days === undefined) break
    found = inOrder([...found, ...(await look(days))], order).slice(0, limit)
    seen += size
    left = order === 'asc' ? { first: days.last + 1, last: range.last } : { first: range.first, last: days.first - 1 }
    if (left.first > left.last) left = undefined
    const last = found[limit - 1]
    const { before, after } = timesOfDays(days)
    // Two days more: photos of the last one may belong to the next page.
    const enough =
      found.length === 0 ? Number.POSITIVE_INFINITY : ((limit - found.length) * seen * 1.2) / found.length + 2 * step
    size = Math.max(2, Math.min(size * 4, Math.ceil(enough)))
    if (last !== undefined && (order === 'asc' ? last.taken < after : last.taken >= before)) break
  }
  return found
}

interface Search {
  installations: readonly string[]
  range: DayRange
  first: number
  step: number
}

/** Up to the end of the next so many days that can have a match, in whole steps; of many installations all days count. */
async function matchingDays(
  { db }: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  left: DayRange,
  { order, size, step }: { order: Order; size: number; step: number },
): Promise<DayRange | undefined> {
  // All of them, whichever they are.
  if (left.last - left.first < size) return left
  const { rows } = await sql<{ day: number }>`select d.day from capture_days as d
    where ${daysWhere(filter, installations, left)}
    group by d.day order by d.day ${sql.raw(order)} limit ${sql.lit(size)}`.execute(db)
  const last = rows.at(-1)
  if (last === undefined) return undefined
  if (rows.length < size) return left
  const begin = Math.floor((dayIndexOf(last.day) + 3) / step) * step - 3
  return order === 'asc'
    ? { first: left.first, last: Math.min(left.last, begin + step - 1) }
    : { first: Math.max(left.first, begin), last: left.last }
}

/** The next days, in whole steps; with wanted days so many of those. */
function nextDays(left: DayRange, order: Order, size: number, step: number, wanted: readonly number[] | undefined) {
  const named = wanted?.filter((day) => day >= left.first && day <= left.last)
  const ends = named === undefined ? left : { first: named[0], last: named.at(-1) }
  if (ends.first === undefined || ends.last === undefined) return undefined
  // Monday 5 January 1970 begins one.
  const begin = (day: number) => Math.floor((day + 3) / step) * step - 3
  if (order === 'asc') {
    const to = named?.[size - 1] ?? (named === undefined ? ends.first + size - 1 : ends.last)
    return { first: ends.first, last: Math.min(left.last, begin(to) + step - 1) }
  }
  const from = named?.at(-size) ?? (named === undefined ? ends.last - size + 1 : ends.first)
  return { first: Math.max(left.first, begin(from)), last: ends.last }
}

export function inOrder<Mark extends CaptureMark>(marks: readonly Mark[], order: Order): Mark[] {
  const sign = order === 'asc' ? 1 : -1
  return [...marks].sort((a, b) => sign * (a.taken - b.taken || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)))
}

/** The first of those days' photos that fit. */
async function photosOfDays(
  scope: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  days: DayRange,
  { after: mark, order, limit }: CapturePage,
): Promise<JudgedCapture[]> {
  const way = sql.raw(order)
  const page = sql`select p.taken, p.id from ${ofDays(scope, filter, installations, days, mark && { mark, order })}
    order by p.taken ${way}, p.id ${way} limit ${sql.lit(limit)}`
  return readCaptures(scope, page, order)
}

/** Photos that fit, `p`, of the days that can have such: always days first, and then the photos of each by its index. */
function ofDays(
  scope: Scope,
  filter: CaptureFilter,
  installations: readonly string[],
  days: DayRange,
  after?: { mark: CaptureMark; order: Order },
): Sql {
  const flagged = isFlagged(filter)
  // Only hours with such photos.
  const spans = (flagged ? hourly(spansOf(filter)) : spansOf(filter)).map(
    (span) => sql`(${sql.lit(span.from)}, ${sql.lit(span.to)}, ${sql.lit(hoursOf([span]))})`,
  )
  const [photos, id] = [photosFrom(filter, scope), idOf(filter)]
  const windows =
    scope.engine === 'sqlite'
      ? sql`(select column1 as a, column2 as b, column3 as hours from (values ${sql.join(spans)})) as s`
      : sql`(values ${sql.join(spans)}) as s (a, b, hours)`
  // Once, however many cameras were there.
  const parts = sql`(select distinct d.installation, d.day, s.a, s.b from capture_days as d cross join ${windows}
    where ${daysWhere(filter, installations, days)}
      ${flagged ? sql`and (${hoursThatFit(filter)} & s.hours) <> 0` : sql``}) as d`
  const conditions = sql.join(
    [
      sql`m.installation = d.installation and m.day = d.day and m.minute >= d.a and m.minute <= d.b`,
      ...photosWhere(filter, after),
    ],
    sql` and `,
  )
  if (scope.engine === 'sqlite') {
    return sql`(select m.taken, ${id} as id from ${parts} cross join ${photos}
      where ${conditions}) as p`
  }
  // The offset keeps the planner from joining another way.
  return sql`${parts} cross join lateral (select m.taken, ${id} as id from ${photos} where ${conditions} offset 0) as p`
}

/** Each installation by the index that has its order. */
async function ofEach(scope: Scope, filter: CaptureFilter, { order, after, limit }: CapturePage) {
  const way = sql.raw(order)
  const parts = filter.installations.map(
    (installation) => sql`select * from (select m.taken, m.id from captures as m${by(scope, 'captures_by_time')}
      where ${sql.join([sql`m.installation = ${installation}`, ...photosWhere(filter, after && { mark: after, order })], sql` and `)}
      order by m.taken ${way}, m.id ${way} limit ${sql.lit(limit)}) as part`,
  )
  const page = sql`select taken, id from (${sql.join(parts, sql` union all `)}) as p
    order by taken ${way}, id ${way} limit ${sql.lit(limit)}`
  return readCaptures(scope, page, order)
}

/** In the order of the whole project; with `most` only its next so many photos are looked at. */
async function inProject(
  scope: Scope,
  filter: CaptureFilter,
  { order, after, limit }: CapturePage,
  most?: number,
): Promise<JudgedCapture[]> {
  const way = sql.raw(order)
  const { from, to, project } = filter
  const source = by(scope, 'captures_of_project')
  const times = photosWhere(
    { project, installations: [], ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    after && { mark: after, order },
  )
  const ours = sql`m.installation in (${values(filter.installations)})`
  const ordered = sql`order by m.taken ${way}, m.id ${way}`
  if (most === undefined) {
    const page = sql`select m.taken, m.id from captures as m${source}
      where ${sql.join([sql`m.project = ${project}`, ours, ...times], sql` and `)} ${ordered} limit ${sql.lit(limit)}`
    return readCaptures(scope, page, order)
  }
  const spans = spansOf(filter).map(({ from, to }) => sql`m.minute >= ${sql.lit(from)} and m.minute <= ${sql.lit(to)}`)
  if (spans.length === 0) return []
  const { tags = [], ...rest } = filter
  const conditions = [
    ours,
    sql`(${sql.join(spans, sql` or `)})`,
    ...(rest.weekdays === undefined ? [] : [sql`m.weekday in (${values(rest.weekdays)})`]),
    ...photosWhere(rest),
    ...tags.map(
      (tag) => sql`exists (select 1 from capture_tags as x where x.installation = m.installation and x.tag = ${tag}
        and x.day = m.day and x.minute = m.minute and x.taken = m.taken and x.capture = m.id)`,
    ),
  ]
  const page = sql`select m.taken, m.id from (select m.* from captures as m${source}
      where ${sql.join([sql`m.project = ${project}`, ...times], sql` and `)} ${ordered} limit ${sql.lit(most)}) as m
    where ${sql.join(conditions, sql` and `)} ${ordered} limit ${sql.lit(limit)}`
  return readCaptures(scope, page, order)
}
