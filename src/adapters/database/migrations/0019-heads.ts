/** Heads: what owners taught (core/vision/heads/records.ts). */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'heads',
    {
      id: 'text',
      project: 'text',
      kind: 'text',
      version: 'integer',
      status: 'text',
      message: 'text?',
      active: 'integer',
      models: 'text?',
      lesson: 'text?',
      shape: 'text?',
      metrics: 'text?',
      created: 'integer',
    },
    ['project', 'id'],
  )
  // One of each kind, whoever switches at the same time; and what every judgement looks for.
  await sql`create unique index heads_active on heads (project, kind) where active = 1`.execute(db)
  // The list.
  await sql`create index heads_by_age on heads (project, created, id)`.execute(db)
  // Apart, so that lists do not read them.
  await createTable(db, engine, 'head_weights', { project: 'text', head: 'text', weights: 'text' }, ['project', 'head'])
  // The last version given to each kind.
  await createTable(db, engine, 'head_versions', { project: 'text', kind: 'text', version: 'integer' }, [
    'project',
    'kind',
  ])
}
