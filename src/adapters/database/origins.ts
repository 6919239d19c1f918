/** Origins. */
import type { Origin, OriginRepository } from '../../core/origins/records.ts'
import type { OriginRow, Scope } from './schema.ts'

export function createOrigins({ db, touch }: Scope): OriginRepository {
  const of = (project: string) => db.selectFrom('origins').selectAll().where('project', '=', project)

  return {
    async insert(origin) {
      touch(origin.project)
      await db
        .insertInto('origins')
        .values({ ...origin, settings: JSON.stringify(origin.settings) })
        .execute()
    },

    async find(project, id) {
      const row = await of(project).where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async list(project) {
      const rows = await of(project).orderBy('created').orderBy('id').execute()
      return rows.map(decode)
    },

    async update(project, id, patch) {
      touch(project)
      const result = await db
        .updateTable('origins')
        .set({ ...patch, settings: JSON.stringify(patch.settings) })
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async delete(project, id) {
      touch(project)
      const result = await db
        .deleteFrom('origins')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function decode(row: OriginRow): Origin {
  return { ...row, settings: JSON.parse(row.settings) }
}
