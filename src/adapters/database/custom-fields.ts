/** Custom metadata fields. */
import { type RawBuilder, sql } from 'kysely'
import type { CustomMetadata } from '../../core/assets/records.ts'
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

/**
 * JSON text of the names of a project's deleted fields: a value to select, which the database finds once per statement.
 * @param project its id, or the column that has it
 */
export function deletedFieldNames(
  { engine }: Pick<Scope, 'engine'>,
  project: string | RawBuilder<string>,
): RawBuilder<string> {
  const names = engine === 'postgres' ? sql`coalesce(json_agg(name)::text, '[]')` : sql`json_group_array(name)`
  return sql<string>`(select ${names} from custom_fields where project = ${project} and deleted = 1)`
}

/** Values of deleted fields stay in the row, but nobody sees them any more. @param deletedFields of `deletedFieldNames` */
export function withoutDeleted(metadata: CustomMetadata, deletedFields: string): CustomMetadata {
  if (deletedFields === '[]') return metadata
  const deleted = new Set<string>(JSON.parse(deletedFields))
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !deleted.has(name)))
}

function decode(row: CustomFieldRow): CustomField {
  return { ...row, schema: JSON.parse(row.schema), deleted: row.deleted === 1 }
}
