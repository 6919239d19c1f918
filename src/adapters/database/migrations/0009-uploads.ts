/** Uploads: tokens that were used, and what was learned of pictures and videos when they came in. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(db, engine, 'upload_tokens', { project: 'text', token: 'text', expires: 'integer' }, [
    'project',
    'token',
  ])
  // The sweep.
  await sql`create index upload_tokens_by_expiry on upload_tokens (expires)`.execute(db)
  // By blob: versions and copies of the same bytes share it.
  await createTable(db, engine, 'descriptions', { blob: 'text', facts: 'text' }, ['blob'])
  await db.schema.alterTable('assets').addColumn('video', 'text').execute()
}
