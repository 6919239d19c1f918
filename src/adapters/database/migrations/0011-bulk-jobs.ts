/** Bulk jobs on folders, and requests to purge caches. Every index names the query it serves. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'bulk_jobs',
    {
      id: 'text',
      project: 'text',
      type: 'text',
      status: 'text',
      source: 'text',
      source_path: 'text',
      target: 'text',
      target_path: 'text',
      target_made: 'integer',
      include_versions: 'integer',
      purge: 'text',
      purge_request: 'text?',
      cursor: 'text?',
      failures: 'text',
      failed: 'integer',
      created: 'integer',
      finished: 'integer?',
    },
    ['id'],
  )
  // The sweep of a project's old ones.
  await sql`create index bulk_jobs_finished on bulk_jobs (project, finished)`.execute(db)
  // Held folders among the ones above a path, or below it.
  await sql`create index folders_held on folders (project, path) where locked_by is not null`.execute(db)
  await createTable(
    db,
    engine,
    'purges',
    { id: 'text', project: 'text', pattern: 'text', status: 'text', created: 'integer' },
    ['id'],
  )
  // The sweep of a project's old ones.
  await sql`create index purges_by_age on purges (project, created)`.execute(db)
}
