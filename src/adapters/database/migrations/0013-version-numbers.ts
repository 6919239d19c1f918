/** Version numbers of a file stay used after their version was deleted. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const integer = engine === 'postgres' ? ('bigint' as const) : ('integer' as const)
  await db.schema
    .alterTable('assets')
    .addColumn('last_deleted', integer, (column) => column.notNull().defaultTo(sql`0`))
    .execute()
}
