/** Files fetched from origins (core/origins/files.ts). */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'origin_files',
    {
      project: 'text',
      origin: 'text',
      revision: 'integer',
      path: 'text',
      blob: 'text',
      mime: 'text',
      format: 'text',
      kind: 'text',
      size: 'integer',
      width: 'integer?',
      height: 'integer?',
      is_private: 'integer',
      etag: 'text?',
      last_modified: 'text?',
      created: 'integer',
      checked: 'integer',
    },
    ['project', 'origin', 'path'],
  )
  // Oldest first, and the sum of all: the cap.
  await sql`create index origin_files_checked on origin_files (checked, size)`.execute(db)
}
