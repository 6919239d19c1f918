/** Restricted keys, receivers of library events, and the answers kept for repeated requests. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  // Keys that were there before may do everything: null.
  await db.schema.alterTable('keys').addColumn('scopes', 'text').execute()
  await createTable(
    db,
    engine,
    'webhook_endpoints',
    {
      project: 'text',
      id: 'text',
      url_sealed: 'text',
      target: 'text',
      events: 'text',
      enabled: 'integer',
      created: 'integer',
    },
    // All of a project: each event reads them.
    ['project', 'id'],
  )
  // The operator's commands name an endpoint by its id.
  await sql`create unique index webhook_endpoints_id on webhook_endpoints (id)`.execute(db)
  await createTable(
    db,
    engine,
    'idempotency',
    {
      project: 'text',
      key: 'text',
      claim: 'text',
      fingerprint: 'text?',
      answer: 'text?',
      lease_until: 'integer',
      expires: 'integer',
    },
    ['project', 'key'],
  )
  // The sweep.
  await sql`create index idempotency_by_expiry on idempotency (expires)`.execute(db)
}
