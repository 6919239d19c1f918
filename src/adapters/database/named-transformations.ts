/** Named transformations. */
import type { NamedTransformation, TransformationRepository } from '../../core/transformations/records.ts'
import { changes } from './patch.ts'
import type { NamedTransformationRow, Scope } from './schema.ts'

export function createNamedTransformations({ db, touch }: Scope): TransformationRepository {
  const of = (project: string) => db.selectFrom('namedTransformations').selectAll().where('project', '=', project)

  return {
    async insert(transformation) {
      touch(transformation.project)
      await db
        .insertInto('namedTransformations')
        .values({ ...transformation, enabled: transformation.enabled ? 1 : 0 })
        .execute()
    },

    async find(project, id) {
      const row = await of(project).where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async findByName(project, name) {
      const row = await of(project).where('name', '=', name).executeTakeFirst()
      return row && decode(row)
    },

    async list(project) {
      const rows = await of(project).orderBy('created').orderBy('id').execute()
      return rows.map(decode)
    },

    async update(project, id, { enabled, ...plain }) {
      touch(project)
      const patch: Partial<NamedTransformationRow> = { ...plain }
      if (enabled !== undefined) patch.enabled = enabled ? 1 : 0
      const result = await db
        .updateTable('namedTransformations')
        .set(changes(patch, { id }))
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async delete(project, id) {
      touch(project)
      const result = await db
        .deleteFrom('namedTransformations')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },
  }
}

function decode(row: NamedTransformationRow): NamedTransformation {
  return { ...row, enabled: row.enabled === 1 }
}
