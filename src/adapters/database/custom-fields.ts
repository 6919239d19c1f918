/** Custom metadata fields. */
import type { CustomField, CustomFieldRepository } from '../../core/custom-fields/records.ts'
import { changes } from './patch.ts'
import type { CustomFieldRow, Scope } from './schema.ts'

export function createCustomFields({ db }: Scope): CustomFieldRepository {
  return {
    async insert(field) {
      await db
        .insertInto('customFields')
        .values({ ...field, schema: JSON.stringify(field.schema), deleted: field.deleted ? 1 : 0 })
        .execute()
    },

    async find(project, id) {
      const row = await db
        .selectFrom('customFields')
        .selectAll()
        .where('id', '=', id)
        .where('project', '=', project)
        .executeTakeFirst()
      return row && decode(row)
    },

    async list(project) {
      const rows = await db
        .selectFrom('customFields')
        .selectAll()
        .where('project', '=', project)
        .orderBy('created')
        .orderBy('id')
        .execute()
      return rows.map(decode)
    },

    async update(id, { schema, deleted, ...plain }) {
      const patch: Partial<CustomFieldRow> = { ...plain }
      if (schema !== undefined) patch.schema = JSON.stringify(schema)
      if (deleted !== undefined) patch.deleted = deleted ? 1 : 0
      const result = await db
        .updateTable('customFields')
        .set(changes(patch, { id }))
        .where('id', '=', id)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}

function decode(row: CustomFieldRow): CustomField {
  return { ...row, schema: JSON.parse(row.schema), deleted: row.deleted === 1 }
}
