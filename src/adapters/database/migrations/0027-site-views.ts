/** What views of cameras usually look like, and exports of photos. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'site_views',
    {
      id: 'text',
      project: 'text',
      installation: 'text',
      holder: 'text',
      since: 'integer',
      until: 'integer',
      learned: 'integer',
      usual: 'text',
      next: 'text?',
    },
    ['id'],
  )
  // The view that was there at a moment: the last that began before it, and the first after it.
  await sql`create index site_views_by_time on site_views (installation, holder, since, id)`.execute(db)

  await createTable(
    db,
    engine,
    'site_exports',
    {
      id: 'text',
      project: 'text',
      user: 'text',
      status: 'text',
      variant: 'text',
      chosen: 'text',
      installations: 'text',
      total: 'integer',
      photos: 'integer',
      skipped: 'integer',
      size: 'integer',
      manifest: 'text?',
      error: 'text?',
      created: 'integer',
      finished: 'integer?',
      expires: 'integer?',
    },
    ['id'],
  )
  // The list of one's own, newest first.
  await sql`create index site_exports_of_user on site_exports (project, "user", created, id)`.execute(db)

  await createTable(
    db,
    engine,
    'site_export_files',
    {
      export: 'text',
      position: 'integer',
      photo: 'text',
      installation: 'text',
      taken: 'integer',
      name: 'text',
      size: 'integer',
      crc32: 'integer',
      blob: 'text',
      line: 'text',
    },
    ['export', 'position'],
    { clustered: true },
  )
}
