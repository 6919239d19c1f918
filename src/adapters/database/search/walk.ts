/**
 * Pages out of a list. `gather` takes a small set, checks and sorts it. The walks go along an index in the order asked
 * for and stop when the page is full: in slices, each a statement of some milliseconds, so that one search never holds a
 * connection for long and gives up at its deadline.
 */
import { sql } from 'kysely'
import type { PlacedAsset } from '../../../core/assets/records.ts'
import type { SearchTuning, SortKey } from '../../../core/assets/search/records.ts'
import { DomainError } from '../../../core/errors.ts'
import type { Scope } from '../schema.ts'
import { readAssets } from '../whole-assets.ts'
import { all, columns, type List, membership, orderKey, type Sql, tableOf } from './lists.ts'
import type { Source } from './sources.ts'
import { beyond, byAge, direction, type Hit, mergedStream, stream, unionAll } from './streams.ts'

export interface Page {
  hits: Hit[]
  /** The hits as records, in place of them: where they were wanted and one statement finds both. */
  assets?: PlacedAsset[]
  /** Matches in all, or at least. */
  total: number
  exact: boolean
}

export interface Wanted {
  list: List
  sort: SortKey
  descending: boolean
  skip: number
  limit: number
  /** Records are wanted: `Page.assets` instead of hits where that spares a journey. */
  whole: boolean
  /** Epoch milliseconds after which no further slice is looked at. */
  deadline: number
  tuning: SearchTuning
}

/** What is left to check of each item. */
export interface Residual {
  where: readonly Sql[]
  /** It speaks of the item's columns. */
  row: boolean
  /** It speaks of `i`, the item's terms. */
  terms: boolean
  /** Comparisons with single values, roughly: they make slices shorter. */
  weight: number
}

/** All items of the sources that pass, sorted. */
export async function gather(
  scope: Scope,
  wanted: Wanted,
  sources: readonly Source[],
  residual: Residual,
): Promise<Page> {
  const { list, sort, descending, skip, limit } = wanted
  const page = sql<Hit & { total: number }>`
    select a.id, a.sort_key, count(*) over () as total
    from (select distinct item from (${unionAll(sources.map(itemsOf))}) as u) as d
    cross join ${rowsOf(list, orderKey(list, sort))} as a${termsJoin(residual)}
    where a.id = d.item and ${passes(residual)}
    order by a.sort_key ${direction(descending)}, a.id ${direction(descending)}
    limit ${sql.lit(limit)} offset ${sql.lit(skip)}`
  if (wanted.whole && skip === 0) {
    const { assets, total } = await readAssets(scope, list.project, { page, descending, total: sql`max(p.total)` })
    return { hits: [], assets, total, exact: true }
  }
  const { rows } = await page.execute(scope.db)
  const [first] = rows
  if (first !== undefined || skip === 0) return { hits: rows, total: first?.total ?? 0, exact: true }
  // Beyond the last one no row says how many there are.
  const { total } = await gather(scope, { ...wanted, skip: 0, limit: 1 }, sources, residual)
  return { hits: [], total, exact: true }
}

/** At most one more than `limit`. */
export async function countUpTo({ db }: Scope, limit: number, ways: readonly (readonly Source[])[]): Promise<number[]> {
  const counts = ways.map((sources, index) => sql`${countOf(sources, limit)} as ${sql.id(`c${index}`)}`)
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db)
  return ways.map((_, index) => rows[0]?.[`c${index}`] ?? 0)
}

const countOf = (sources: readonly Source[], limit: number) =>
  sql`(select count(*) from (select 1 from (${unionAll(sources.map(itemsOf))}) as u limit ${sql.lit(limit + 1)}) as w)`

/** The page that a statement selects in the order asked for, with how many items its source has. */
async function counted(scope: Scope, wanted: Wanted, page: ReturnType<typeof sql<Hit>>, all: Source): Promise<Page> {
  const { list, descending, skip, tuning, whole } = wanted
  if (whole) {
    const total = countOf([all], tuning.countedItems)
    const found = await readAssets(scope, list.project, { page, descending, total })
    return { hits: [], assets: found.assets, ...upTo(tuning.countedItems, found.total, skip, found.assets.length) }
  }
  const [{ rows }, [total = 0]] = await Promise.all([
    page.execute(scope.db),
    countUpTo(scope, tuning.countedItems, [[all]]),
  ])
  return { hits: rows, ...upTo(tuning.countedItems, total, skip, rows.length) }
}

function upTo(counted: number, total: number, skip: number, found: number): Pick<Page, 'total' | 'exact'> {
  if (total <= counted) return { total, exact: true }
  return { total: found === 0 ? counted : Math.max(counted, skip + found), exact: false }
}

/** Along the index of the order itself. `bounds` narrow the index. */
export async function walkList(
  scope: Scope,
  wanted: Wanted,
  residual: Residual,
  bounds: readonly Sql[],
): Promise<Page> {
  const { list, sort, descending, skip, limit } = wanted
  const key = orderKey(list, sort)
  const order = sql`order by ${key} ${direction(descending)}, id ${direction(descending)}`
  const inside = (cursor: Hit | undefined) =>
    all([membership(list), ...bounds, ...(cursor === undefined ? [] : [beyond(key, sql`id`, cursor, descending)])])
  if (residual.where.length === 0 && bounds.length === 0) {
    const page = sql<Hit>`select id, ${key} as sort_key from ${tableOf(list)} where ${membership(list)}
      ${order} limit ${sql.lit(limit)} offset ${sql.lit(skip)}`
    return counted(scope, wanted, page, { from: tableOf(list), item: sql`id`, where: membership(list) })
  }
  return inSlices(scope, wanted, residual, {
    slice: (cursor, size) => sql`select ${columns(list)}, ${key} as sort_key from ${tableOf(list)}
      where ${inside(cursor)} ${order} limit ${sql.lit(size)}`,
    end: (cursor, size) => sql<Hit>`select id, ${key} as sort_key from ${tableOf(list)}
      where ${inside(cursor)} ${order} limit 1 offset ${sql.lit(size - 1)}`,
    rows: (slice) => sql`(${slice}) as a`,
  })
}

/** Along streams merged by age; `wanted.sort` is CREATED. */
export async function walkStreams(
  scope: Scope,
  wanted: Wanted,
  sources: readonly Source[],
  residual: Residual,
): Promise<Page> {
  const { list, descending, skip, limit } = wanted
  const [only] = sources
  if (only === undefined) return { hits: [], total: 0, exact: true }
  if (residual.where.length === 0 && sources.length === 1) {
    const rest = sql`limit ${sql.lit(limit)} offset ${sql.lit(skip)}`
    return counted(scope, wanted, sql<Hit>`${stream(only, descending, undefined, rest)}`, only)
  }
  const merged = (cursor: Hit | undefined, size: number) => mergedStream(sources, descending, cursor, size)
  return inSlices(
    scope,
    wanted,
    { ...residual, weight: residual.weight + sources.length },
    {
      slice: merged,
      end: (cursor, size) => sql<Hit>`select * from (${merged(cursor, size)}) as m
      ${byAge(sql`sort_key`, sql`id`, descending)} limit 1 offset ${sql.lit(size - 1)}`,
      rows: (slice) =>
        residual.row
          ? sql`(select s.sort_key, r.* from (${slice}) as s cross join ${rowsOf(list)} as r where r.id = s.id) as a`
          : sql`(${slice}) as a`,
    },
  )
}

interface Slices {
  /** The next items behind the cursor. */
  slice(cursor: Hit | undefined, size: number): Sql
  /** The last one of a full slice. */
  end(cursor: Hit | undefined, size: number): ReturnType<typeof sql<Hit>>
  /** The slice's items as `a`. */
  rows(slice: Sql): Sql
}

/** However much is compared of each item. */
const shortestSlice = 200

async function inSlices(scope: Scope, wanted: Wanted, residual: Residual, slices: Slices): Promise<Page> {
  const { list, sort, descending, skip, limit, deadline, tuning } = wanted
  const needed = skip + limit
  const shortest = Math.min(tuning.firstSlice, shortestSlice)
  const longest = Math.max(shortest, Math.floor(tuning.longestSlice / (1 + residual.weight / 20)))
  const hits: Hit[] = []
  let cursor: Hit | undefined
  // One more than needed tells whether that was all.
  let size = residual.where.length === 0 ? needed + 1 : Math.min(longest, Math.max(tuning.firstSlice, 2 * needed))
  for (let looked = 0; ; ) {
    if (looked > 0 && scope.clock.now() > deadline) throw tooLong(looked)
    const page = sql<Hit>`
      select a.id, a.sort_key from ${slices.rows(slices.slice(cursor, size))}${termsJoin(residual)}
      where ${passes(residual)}
      order by a.sort_key ${direction(descending)}, a.id ${direction(descending)}
      limit ${sql.lit(needed + 1 - hits.length)}`
    // The first slice fills most pages: then the records come with it.
    const assets =
      wanted.whole && skip === 0 && sort === 'CREATED' && looked === 0
        ? (await readAssets(scope, list.project, { page, descending, total: sql.lit(0) })).assets
        : undefined
    const rows =
      assets?.map(({ id, created }): Hit => ({ id, sortKey: created })) ?? (await page.execute(scope.db)).rows
    hits.push(...rows)
    const found = (exact: boolean) => ({
      ...(assets === undefined ? { hits: hits.slice(skip, needed) } : { hits: [], assets: assets.slice(0, limit) }),
      total: hits.length,
      exact,
    })
    if (hits.length > needed) return found(false)
    looked += size
    const end = (await slices.end(cursor, size).execute(scope.db)).rows[0]
    if (end === undefined) return found(true)
    cursor = end
    // As many as the share of hits so far lets expect, and some more.
    const expected =
      rows.length === 0 ? Number.POSITIVE_INFINITY : ((needed + 1 - hits.length) * size * 1.5) / rows.length
    size = Math.min(longest, 4 * size, Math.max(shortest, Math.ceil(expected)))
  }
}

function tooLong(looked: number): DomainError {
  return new DomainError(
    'timed_out',
    `searchQuery matches too few of too many: after ${looked} items the page was not full. Add a condition that few items meet, such as a tag, a folder, a word of the name or a custom field.`,
    { param: 'searchQuery' },
  )
}

/** The list's items with all columns, and `key` as `sort_key`. */
function rowsOf(list: List, key?: Sql): Sql {
  return sql`(select ${columns(list)}${key === undefined ? sql`` : sql`, ${key} as sort_key`} from ${tableOf(list)})`
}

const itemsOf = ({ from, item, where }: Source) => sql`select ${item} as item from ${from} where ${where}`

const termsJoin = ({ terms }: Residual) => (terms ? sql` cross join search_items as i` : sql``)

function passes({ where, terms }: Residual): Sql {
  return all(terms ? [sql`i.item = a.id`, ...where] : where)
}
