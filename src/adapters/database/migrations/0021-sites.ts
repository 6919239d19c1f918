/** Places over time: installations, who may do what there, captures and their counts by day. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'installations',
    {
      id: 'text',
      project: 'text',
      name: 'text',
      description: 'text?',
      timezone: 'text',
      latitude: 'real?',
      longitude: 'real?',
      address: 'text?',
      status: 'text',
      started: 'integer?',
      ended: 'integer?',
      photos: 'integer',
      tags: 'text',
      watermark: 'text?',
      rev: 'integer',
      created: 'integer',
      updated: 'integer',
      deleted: 'integer?',
    },
    ['id'],
  )
  // The list.
  await sql`create index installations_by_name on installations (project, name, id) where deleted is null`.execute(db)

  await createTable(
    db,
    engine,
    'site_groups',
    { id: 'text', project: 'text', name: 'text', description: 'text?', created: 'integer', updated: 'integer' },
    ['id'],
  )
  // The list, and one group per name.
  await sql`create unique index site_groups_by_name on site_groups (project, name)`.execute(db)
  await createTable(db, engine, 'site_group_installations', { group: 'text', installation: 'text' }, [
    'group',
    'installation',
  ])
  // When an installation goes.
  await sql`create index site_group_installations_back on site_group_installations (installation)`.execute(db)
  await createTable(db, engine, 'site_group_members', { group: 'text', user: 'text', right: 'text' }, ['group', 'user'])
  // Every request: what the user may see.
  await sql`create index site_group_members_of_user on site_group_members ("user", "group", "right")`.execute(db)

  await captures(db, engine)
}

async function captures(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'captures',
    {
      id: 'text',
      asset: 'text',
      project: 'text',
      installation: 'text',
      camera: 'text?',
      holder: 'text',
      sha256: 'text',
      taken: 'integer',
      offset: 'integer',
      day: 'integer',
      minute: 'integer',
      weekday: 'integer',
      time_source: 'text',
      received: 'integer',
      filename: 'text',
      blob: 'text',
      mime: 'text',
      size: 'integer',
      width: 'integer',
      height: 'integer',
      tags: 'text',
      flags: 'integer',
      exposure: 'text?',
    },
    ['id'],
  )
  // In order of time: lists, the latest, the nearest; what filters ask is in it, so that misses cost no row.
  await sql`create index captures_by_time on captures (installation, taken, id, minute, weekday, flags)`.execute(db)
  // A day's photos, or a window of every day's.
  await sql`create index captures_by_day on captures (installation, day, minute, taken, id)`.execute(db)
  await sql`create index captures_of_camera on captures (camera, taken, id) where camera is not null`.execute(db)
  // "same camera (or installation) and same SHA-256": one row, however many come at once.
  await sql`create unique index captures_once on captures (holder, sha256)`.execute(db)
  // When the file goes.
  await sql`create unique index captures_of_asset on captures (asset)`.execute(db)

  await createTable(
    db,
    engine,
    'capture_tags',
    { installation: 'text', tag: 'text', taken: 'integer', capture: 'text' },
    ['installation', 'tag', 'taken', 'capture'],
    { clustered: true },
  )

  // What a day has: its count, and masks of which hours, flags and weekday, for skipping days that cannot match.
  await createTable(
    db,
    engine,
    'capture_days',
    { installation: 'text', day: 'integer', weekday: 'integer', count: 'integer', hours: 'integer', flags: 'integer' },
    ['installation', 'day'],
    { clustered: true },
  )
}
