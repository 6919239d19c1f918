/** Streams: the items of one or several index ranges by age. */
import { sql } from 'kysely'
import type { SearchTuning } from '../../../core/assets/search/records.ts'
import type { Scope } from '../schema.ts'
import type { Sql } from './lists.ts'
import type { Source } from './sources.ts'

export interface Hit {
  id: string
  sortKey: number | string
}

/**
 * Of ways that are streams the one with fewest items, going by how far from the order's beginning the thousandth is: looking
 * that far costs a fifth of counting to 5,000, and tells streams apart that are longer than anybody counts.
 */
export async function sparsest<Way extends { sources: readonly Source[] }>(
  { db }: Scope,
  { descending, tuning }: { descending: boolean; tuning: SearchTuning },
  ways: readonly Way[],
): Promise<Way | undefined> {
  if (ways.length < 2) return ways[0]
  const size = Math.min(probed, tuning.countedItems)
  const last = ({
    sources,
  }: Way) => sql`(select sort_key from (${mergedStream(sources, descending, undefined, size)}) as m
    ${byAge(sql`sort_key`, sql`id`, descending)} limit 1 offset ${sql.lit(size - 1)})`
  const columns = ways.map((way, index) => sql`${last(way)} as ${sql.id(`c${index}`)}`)
  const { rows } = await sql<Record<string, number | null>>`select ${sql.join(columns)}`.execute(db)
  // None there: it is shorter than that.
  const reached = (index: number) => rows[0]?.[`c${index}`] ?? (descending ? 0 : Number.MAX_SAFE_INTEGER)
  const order = ways.map((way, index) => ({ way, at: reached(index) }))
  return order.sort((one, other) => (descending ? one.at - other.at : other.at - one.at))[0]?.way
}

const probed = 1000

export function stream({ from, item, where }: Source, descending: boolean, cursor: Hit | undefined, rest: Sql): Sql {
  const behind = cursor === undefined ? sql`` : sql` and ${beyond(sql`created`, item, cursor, descending)}`
  return sql`select created as sort_key, ${item} as id from ${from} where ${where}${behind}
    ${byAge(sql`created`, item, descending)} ${rest}`
}

/** Their newest items (or oldest), each once. */
export function mergedStream(
  sources: readonly Source[],
  descending: boolean,
  cursor: Hit | undefined,
  size: number,
): Sql {
  const [only, ...others] = sources.map((source) => stream(source, descending, cursor, sql`limit ${sql.lit(size)}`))
  if (only === undefined || others.length === 0) return only ?? sql`select null as sort_key, null as id where 1 = 0`
  return sql`select distinct sort_key, id from (${unionAll([only, ...others])}) as u
    ${byAge(sql`sort_key`, sql`id`, descending)} limit ${sql.lit(size)}`
}

export const byAge = (created: Sql, item: Sql, descending: boolean) =>
  sql`order by ${created} ${direction(descending)}, ${item} ${direction(descending)}`

/** Each in brackets of its own: they have orders and limits. */
export const unionAll = (selects: readonly Sql[]) =>
  sql.join(
    selects.map((select, index) =>
      selects.length === 1 ? select : sql`select * from (${select}) as ${sql.id(`p${index}`)}`,
    ),
    sql` union all `,
  )

/** What comes behind the cursor in the order. */
export function beyond(key: Sql, id: Sql, cursor: Hit, descending: boolean): Sql {
  return sql`(${key}, ${id}) ${descending ? sql`<` : sql`>`} (${cursor.sortKey}, ${cursor.id})`
}

export const direction = (descending: boolean) => (descending ? sql`desc` : sql`asc`)
