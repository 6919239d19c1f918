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
  // In order of time: the list of an installation, the latest, the nearest.
  await sql`create index captures_by_time on captures (installation, taken, id)`.execute(db)
  // The list of many installations.
  await sql`create index captures_of_project on captures (project, taken, id, installation)`.execute(db)
  // A day's photos, or those of a window or a slot of every day; what else filters ask is in it, so that misses cost no row.
  await sql`create index captures_by_day on captures (installation, day, minute, taken, id, flags)`.execute(db)
  // "same camera (or installation) and same SHA-256": one row, however many come at once.
  await sql`create unique index captures_once on captures (holder, sha256)`.execute(db)
  // When the file goes.
  await sql`create unique index captures_of_asset on captures (asset)`.execute(db)

  // The same for the photos that have a tag.
  await createTable(
    db,
    engine,
    'capture_tags',
    {
      installation: 'text',
      tag: 'text',
      day: 'integer',
      minute: 'integer',
      taken: 'integer',
      capture: 'text',
      flags: 'integer',
    },
    ['installation', 'tag', 'day', 'minute', 'taken', 'capture'],
    { clustered: true },
  )
  await createTable(
    db,
    engine,
    'site_tags',
    { installation: 'text', tag: 'text', count: 'integer' },
    ['installation', 'tag'],
    { clustered: true },
  )

  // What a camera made on a day (of all its photos where the tag is empty, of those with the tag otherwise): the calendar,
  // and for the lists masks of hours, by flag, so that days without a match are never looked into.
  await createTable(
    db,
    engine,
    'capture_days',
    {
      installation: 'text',
      tag: 'text',
      day: 'integer',
      holder: 'text',
      weekday: 'integer',
      count: 'integer',
      hours: 'integer',
      first_taken: 'integer',
      first_id: 'text',
      last_taken: 'integer',
      last_id: 'text',
      cover: 'text',
      cover_rank: 'integer',
      ...Object.fromEntries(
        flags.flatMap((flag) => [`with_${flag}`, `without_${flag}`]).map((name) => [name, 'integer' as const]),
      ),
    },
    ['installation', 'tag', 'day', 'holder'],
    { clustered: true },
  )
  // Where a camera was.
  await sql`create index capture_days_of_holder on capture_days (holder, installation) where tag = ''`.execute(db)
}

/** As they were when this was written. */
const flags = ['blank', 'dark', 'blurred', 'obstructed', 'view_moved', 'duplicate_view']
