/** Renditions that are kept: pictures made from blobs, which can be made again. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'renditions',
    {
      key: 'text',
      project: 'text',
      source: 'text',
      blob: 'text',
      size: 'integer',
      sha256: 'text',
      format: 'text',
      width: 'integer',
      height: 'integer',
      created: 'integer',
      used: 'integer',
    },
    // A hash over the project too: unique by itself.
    ['key'],
  )
  // By source: renditions go with the blob they were made from, and with a purge.
  await sql`create index renditions_source on renditions (source)`.execute(db)
  // By use: the least recently used go first.
  await sql`create index renditions_used on renditions (used, key)`.execute(db)
  // By their own bytes: reconciliation.
  await sql`create index renditions_blob on renditions (blob)`.execute(db)
  // One row: the bytes of all, which would take a scan to sum up.
  await createTable(db, engine, 'rendition_totals', { id: 'integer', bytes: 'integer' }, ['id'])
  await sql`insert into rendition_totals (id, bytes) values (1, 0)`.execute(db)
}
