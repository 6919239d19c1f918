/** Saved extensions. */
import type { SavedExtension, SavedExtensionRepository } from '../../core/extensions/records.ts'
import { changes } from './patch.ts'
import type { SavedExtensionRow, Scope } from './schema.ts'

export function createSavedExtensions({ db }: Scope): SavedExtensionRepository {
  const of = (project: string) => db.selectFrom('savedExtensions').selectAll().where('project', '=', project)

  return {
    async insert(extension) {
      await db
        .insertInto('savedExtensions')
        .values({ ...extension, config: JSON.stringify(extension.config) })
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

    async update(project, id, { config, ...plain }) {
      const patch: Partial<SavedExtensionRow> = { ...plain }
      if (config !== undefined) patch.config = JSON.stringify(config)
      const result = await db
        .updateTable('savedExtensions')
        .set(changes(patch, { id }))
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async delete(project, id) {
      const result = await db
        .deleteFrom('savedExtensions')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function decode(row: SavedExtensionRow): SavedExtension {
  return { ...row, config: JSON.parse(row.config) }
}
