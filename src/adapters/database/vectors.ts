/** Vectors of versions, in the order in which they were made. */
import { sql } from 'kysely'
import type { VectorRepository } from '../../core/vision/records.ts'
import type { Scope } from './schema.ts'

/** Versions named in one statement. */
const batch = 500

export function createVectors({ db }: Scope): VectorRepository {
  return {
    async page(project, space, after, limit) {
      const rows = await db
        .selectFrom('vectors')
        .select(['made', 'asset', 'scale', 'vector as bytes'])
        .where('project', '=', project)
        .where('space', '=', space)
        .$if(after !== null, (query) =>
          query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('made', 'asset'), '>', tuple(after?.made ?? 0, after?.asset ?? '')),
          ),
        )
        .orderBy('made')
        .orderBy('asset')
        .limit(limit)
        .execute()
      return rows
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
