/** Films of installations' photos, and the stretches of those that are being made. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'timelapses',
    {
      id: 'text',
      project: 'text',
      installation: 'text',
      user: 'text',
      hash: 'text',
      status: 'text',
      progress: 'real',
      frames: 'integer',
      skipped: 'integer',
      duration_ms: 'integer',
      wishes: 'text',
      captures: 'text?',
      encoder: 'text?',
      video: 'text?',
      poster: 'text?',
      size: 'integer?',
      error: 'text?',
      origin: 'text',
      created: 'integer',
      finished: 'integer?',
      expires: 'integer?',
    },
    ['id'],
  )
  // The list; and what goes with an installation.
  await sql`create index timelapses_of_installation on timelapses (installation, created, id)`.execute(db)
  // "Same request over the same photos".
  await sql`create index timelapses_same on timelapses (installation, hash)`.execute(db)
  await sql`create index timelapses_expiring on timelapses (expires) where expires is not null`.execute(db)

  await createTable(
    db,
    engine,
    'timelapse_segments',
    { timelapse: 'text', position: 'integer', blob: 'text?', frames: 'integer', skipped: 'integer' },
    ['timelapse', 'position'],
    { clustered: true },
  )
}
