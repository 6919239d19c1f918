/** Keys of the Sites API, and what a user may do at every installation of the project. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { columnTypes } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { integer, text } = columnTypes(engine)
  await db.schema.alterTable('keys').addColumn('camera', text).execute()
  await db.schema.alterTable('keys').addColumn('used', integer).execute()
  await db.schema.alterTable('users').addColumn('site_access', text).execute()
  // Whoever is first in a project owns it.
  await sql`update users set site_access = 'manage' where not exists (
    select 1 from users as elder where elder.project = users.project and (elder.created < users.created
      or (elder.created = users.created and elder.id < users.id)))`.execute(db)
}
