/** Projects and their settings. */
import type { Project, ProjectRepository } from '../../core/projects/records.ts'
import { projectSettingsSchema } from '../../core/projects/settings.ts'
import { lockRow } from './lock-row.ts'
import { changes } from './patch.ts'
import type { ProjectRow, Scope } from './schema.ts'

export function createProjects(scope: Scope): ProjectRepository {
  const { db, touch, keysChange } = scope
  return {
    async insert(project) {
      await db
        .insertInto('projects')
        .values({ ...project, settings: JSON.stringify(project.settings) })
        .execute()
    },

    async find(id) {
      const row = await db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst()
      return row && decodeProject(row)
    },

    async lock(id) {
      const row = await lockRow(scope, db.selectFrom('projects').selectAll().where('id', '=', id)).executeTakeFirst()
      return row && decodeProject(row)
    },

    async list() {
      const rows = await db.selectFrom('projects').selectAll().orderBy('created').orderBy('id').execute()
      return rows.map(decodeProject)
    },

    async update(id, { settings, ...plain }) {
      keysChange()
      touch(id)
      const patch = settings === undefined ? plain : { ...plain, settings: JSON.stringify(settings) }
      const result = await db
        .updateTable('projects')
        .set(changes(patch, { id }))
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}

/** Sections of the settings that are younger than the row get their defaults. */
export function decodeProject(row: ProjectRow): Project {
  return { ...row, settings: projectSettingsSchema.parse(JSON.parse(row.settings)) }
}
