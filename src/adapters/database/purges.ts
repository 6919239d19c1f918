/** Requests to purge caches. */
import type { PurgeRepository } from '../../core/purge/records.ts'
import type { Scope } from './schema.ts'

export function createPurges({ db }: Scope): PurgeRepository {
  return {
    async insert(purge) {
      await db.insertInto('purges').values(purge).execute()
    },

    find: (project, id) =>
      db.selectFrom('purges').selectAll().where('id', '=', id).where('project', '=', project).executeTakeFirst(),

    async complete(id) {
      await db.updateTable('purges').set({ status: 'Completed' }).where('id', '=', id).execute()
    },

    async sweep(project, before) {
      await db.deleteFrom('purges').where('project', '=', project).where('created', '<', before).execute()
    },
  }
}
