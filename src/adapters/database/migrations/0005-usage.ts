/** Usage per project and month, and which tasks are open. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(db, engine, 'usage', { project: 'text', metric: 'text', month: 'integer', value: 'integer' }, [
    'project',
    'metric',
    'month',
  ])
  // Tasks that were there before are not counted as open; they end within their lifetime.
  await db.schema
    .alterTable('tasks')
    .addColumn('open', engine === 'postgres' ? 'bigint' : 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await sql`create index tasks_open on tasks (project, expires) where open = 1`.execute(db)
}
