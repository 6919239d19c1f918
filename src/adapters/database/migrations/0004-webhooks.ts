/** The outbox and log of webhooks, the targets that asked for no more, and the secrets that sign them. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'webhook_deliveries',
    {
      id: 'text',
      project: 'text',
      event: 'text',
      subject: 'text',
      target: 'text',
      target_hash: 'text',
      url_sealed: 'text',
      content_type: 'text',
      body: 'text',
      state: 'text',
      job: 'text',
      tries: 'integer',
      attempts: 'text',
      next_attempt: 'integer?',
      created: 'integer',
    },
    ['id'],
  )
  // The log, newest first; of one project, of one subject, and for the sweep.
  await sql`create index webhook_deliveries_by_age on webhook_deliveries (created, id)`.execute(db)
  await sql`create index webhook_deliveries_of_project on webhook_deliveries (project, created, id)`.execute(db)
  await sql`create index webhook_deliveries_of_subject on webhook_deliveries (subject, created, id)`.execute(db)
  await createTable(
    db,
    engine,
    'webhook_stops',
    { project: 'text', target_hash: 'text', target: 'text', delivery: 'text', created: 'integer' },
    ['project', 'target_hash'],
  )
  await createTable(
    db,
    engine,
    'webhook_secrets',
    { project: 'text', number: 'integer', sealed: 'text', expires: 'integer?', created: 'integer' },
    ['project', 'number'],
  )
}
