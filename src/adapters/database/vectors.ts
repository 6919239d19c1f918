/** Vectors of versions, in the order in which they were made. */
import { sql } from 'kysely'
import type { VectorPosition, VectorRepository } from '../../core/vision/records.ts'
import type { Scope } from './schema.ts'
import type { Sql } from './search/lists.ts'

/** Versions named in one statement. */
const batch = 500

export function createVectors({ db, engine }: Scope): VectorRepository {
  return {
    async page(project, space, after, limit) {
      const behind = after === null ? sql`` : sql` and (made, asset) > (cast(${after.made} as bigint), ${after.asset})`
      // One row of long texts: a thousand small ones take several times as long to hand over.
      const joined = (value: Sql, separator: string) =>
        engine === 'sqlite'
          ? sql`group_concat(${value}, ${sql.lit(separator)})`
          : sql`string_agg(cast(${value} as text), ${sql.lit(separator)})`
      const hex = engine === 'sqlite' ? sql`hex(vector)` : sql`encode(vector, 'hex')`
      const { rows } = await sql<Record<'assets' | 'made' | 'scales' | 'vectors', string | null>>`
        select ${joined(sql`asset`, ' ')} as assets, ${joined(sql`made`, ' ')} as made,
          ${joined(sql`scale`, ' ')} as scales, ${joined(hex, '')} as vectors
        from (select made, asset, scale, vector from vectors
          where project = ${project} and space = ${space}${behind}
          order by made, asset limit ${sql.lit(limit)}) as page`.execute(db)
      const [row] = rows
      const list = (text: string | null | undefined) => (text ? text.split(' ') : [])
      const assets = list(row?.assets)
      const made = list(row?.made).map(Number)
      const bytes = Buffer.from(row?.vectors ?? '', 'hex')
      return { assets, made, scales: list(row?.scales).map(Number), bytes, next: nextOf(assets, made, limit) }
    },

    async ofCurrent(project, space, assets) {
      const found: { asset: string; scale: number; bytes: Uint8Array }[] = []
      for (let start = 0; start < assets.length; start += batch) {
        const { rows } = await sql<(typeof found)[number]>`
          select a.id as asset, s.scale, s.vector as bytes
          from assets a
          join sights s on s.blob = a.blob
          where a.id in (${sql.join(assets.slice(start, start + batch))})
            and a.project = ${project} and a.current = 1 and s.space = ${space}`.execute(db)
        found.push(...rows)
      }
      return found
    },
  }
}

function nextOf(assets: readonly string[], made: readonly number[], limit: number): VectorPosition | undefined {
  if (assets.length < limit) return undefined
  return assets
    .map((asset, at) => ({ made: made[at] ?? 0, asset }))
    .reduce((last, each) => ((each.made - last.made || (each.asset > last.asset ? 1 : -1)) > 0 ? each : last))
}
