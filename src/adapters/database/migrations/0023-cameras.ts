/** Cameras, what they report and what is wrong with them. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { columnTypes, createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'cameras',
    {
      id: 'text',
      project: 'text',
      serial: 'text?',
      name: 'text',
      model: 'text?',
      firmware: 'text?',
      installation: 'text?',
      enabled: 'integer',
      schedule: 'text?',
      voltage_alert_mv: 'integer',
      seen: 'integer?',
      watched: 'integer',
      due: 'integer?',
      lost: 'integer?',
      created: 'integer',
      updated: 'integer',
    },
    ['id'],
  )
  // The list, and one camera per name.
  await sql`create unique index cameras_by_name on cameras (project, name)`.execute(db)
  await sql`create unique index cameras_by_serial on cameras (project, serial) where serial is not null`.execute(db)
  // Which camera an installation has: at most one.
  await sql`create unique index cameras_at on cameras (installation) where installation is not null`.execute(db)
  // The job that notices silence.
  await sql`create index cameras_lost on cameras (lost) where lost is not null`.execute(db)

  await createTable(
    db,
    engine,
    'camera_alerts',
    {
      camera: 'text',
      kind: 'text',
      since: 'integer?',
      value: 'real?',
      last: 'integer',
      streak: 'integer',
    },
    ['camera', 'kind'],
    { clustered: true },
  )

  // In the order of the key: the list, its thinning, and "the same record again".
  await createTable(
    db,
    engine,
    'diagnostics',
    {
      camera: 'text',
      recorded: 'integer',
      event: 'text',
      battery_mv: 'integer?',
      external_power: 'integer?',
      signal_dbm: 'integer?',
      temperature_c: 'real?',
      humidity_pct: 'real?',
      storage_free_mb: 'integer?',
      photos_pending: 'integer?',
      message: 'text?',
    },
    ['camera', 'recorded', 'event'],
    { clustered: true },
  )

  // Keys that send for a camera.
  await sql`create index keys_of_camera on keys (camera, created, id) where camera is not null`.execute(db)

  // While captures move to another zone: the zone they leave, and how many have moved.
  const { integer, text } = columnTypes(engine)
  await db.schema.alterTable('installations').addColumn('zone_before', text).execute()
  await db.schema.alterTable('installations').addColumn('zone_moved', integer).execute()
}
