/** Deleted captures, for thirty days: all that brings them back as they were. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'binned_captures',
    { id: 'text', project: 'text', installation: 'text', deleted: 'integer', rows: 'text' },
    ['id'],
  )
  // The oldest, for the final purge.
  await sql`create index binned_captures_by_age on binned_captures (deleted, id)`.execute(db)
}
