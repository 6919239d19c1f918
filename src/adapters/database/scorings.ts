/** Jobs that judge a library: what they were asked for, how far they are. */
import type { Scoring, ScoringRepository } from '../../core/vision/records.ts'
import type { Scope, ScoringRow } from './schema.ts'

export function createScorings({ db }: Scope): ScoringRepository {
  return {
    async insert({ again, cursor, failures, ...scoring }) {
      const row: ScoringRow = {
        ...scoring,
        again: again ? 1 : 0,
        cursor: JSON.stringify(cursor),
        failures: JSON.stringify(failures),
      }
      await db.insertInto('scorings').values(row).execute()
    },

    async find(project, id) {
      const row = await db
        .selectFrom('scorings')
        .selectAll()
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst()
      return row && decode(row)
    },

    async list(project, limit) {
      const rows = await db
        .selectFrom('scorings')
        .selectAll()
        .where('project', '=', project)
        .orderBy('created', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(decode)
    },

    async update(id, { cursor, failures, ...plain }) {
      const patch: Partial<ScoringRow> = { ...plain }
      if (cursor !== undefined) patch.cursor = JSON.stringify(cursor)
      if (failures !== undefined) patch.failures = JSON.stringify(failures)
      const result = await db.updateTable('scorings').set(patch).where('id', '=', id).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async sweep(project, before) {
      await db
        .deleteFrom('scorings')
        .where('project', '=', project)
        .where('created', '<', before)
        .where('status', '!=', 'Pending')
        .execute()
    },
  }
}

const decode = (row: ScoringRow): Scoring => ({
  ...row,
  again: row.again === 1,
  cursor: JSON.parse(row.cursor ?? 'null'),
  failures: JSON.parse(row.failures),
})
