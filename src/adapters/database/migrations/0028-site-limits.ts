/** How often a user may call the Sites API, and how often they did. */
import type { Kysely } from 'kysely'
import type { EngineName } from '../schema.ts'
import { columnTypes, createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { integer } = columnTypes(engine)
  await db.schema.alterTable('users').addColumn('site_minute', integer).execute()
  await db.schema.alterTable('users').addColumn('site_month', integer).execute()
  // A user's days, by the key.
  await createTable(
    db,
    engine,
    'site_usage',
    { user: 'text', day: 'integer', function: 'text', version: 'integer', calls: 'integer' },
    ['user', 'day', 'function', 'version'],
    { clustered: true },
  )
}
