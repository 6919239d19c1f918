/** Requests to purge caches. */
import type { PurgeRepository } from '../../core/purge/records.ts'
import type { Scope } from './schema.ts'

/** Behind everything that begins alike, in order of bytes. */
const last = '\u{10ffff}'

export function createPurges({ db, touch }: Scope): PurgeRepository {
  return {
    async insert(purge) {
      await db.insertInto('purges').values(purge).execute()
    },

    find: (project, id) =>
      db.selectFrom('purges').selectAll().where('id', '=', id).where('project', '=', project).executeTakeFirst(),

    async complete(id) {
      const rows = await db
        .updateTable('purges')
        .set({ status: 'Completed' })
        .where('id', '=', id)
        .returning('project')
        .execute()
      for (const { project } of rows) touch(project, true)
    },

    folders: (project, begins, after, limit) =>
      db
        .selectFrom('folders')
        .select(['id', 'path'])
        .where('project', '=', project)
        .where('path', '>=', begins)
        .where('path', '<', `${begins}${last}`)
        .where('path', '>', after)
        .orderBy('path')
        .limit(limit)
        .execute(),

    async sources(folder, begins, after, limit) {
      const files = await db
        .selectFrom('assets')
        .select(['name', 'file'])
        .where('folder', '=', folder)
        .where('current', '=', 1)
        .where('name', '>=', begins)
        .where('name', '<', `${begins}${last}`)
        .where('name', '>', after)
        .orderBy('name')
        .limit(limit)
        .execute()
      if (files.length === 0) return { blobs: [] }
      const ids = files.map(({ file }) => file)
      const versions = await db.selectFrom('assets').select('blob').where('file', 'in', ids).execute()
      const next = files.length < limit ? undefined : files.at(-1)?.name
      return { blobs: versions.map(({ blob }) => blob), ...(next === undefined ? {} : { next }) }
    },

    async sweep(project, before) {
      await db.deleteFrom('purges').where('project', '=', project).where('created', '<', before).execute()
    },
  }
}
