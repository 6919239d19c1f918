/** Accounts of the Scoring API: client-keys, session tokens, sign-in throttling, credits, exact rates, first credentials. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const integer = engine === 'postgres' ? ('bigint' as const) : ('integer' as const)
  const text = engine === 'postgres' ? sql`text collate "C"` : ('text' as const)
  await db.schema
    .alterTable('users')
    .addColumn('token_version', integer, (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema.alterTable('users').addColumn('credits', integer).execute()

  await db.schema.alterTable('keys').addColumn('email', text).execute()
  // A user's client-keys, newest first, and how many there are.
  await sql`create index keys_of_user on keys ("user", kind, created, id) where "user" is not null`.execute(db)
  // A project's pairs among any number of client-keys: signed image URLs ask for them.
  await sql`create index keys_of_kind on keys (project, kind, created, id)`.execute(db)
  await sql`drop index keys_of_project`.execute(db)

  await createTable(
    db,
    engine,
    'sign_in_failures',
    { name_hash: 'text', failures: 'integer', blocked_until: 'integer', expires: 'integer' },
    ['name_hash'],
  )
  // The sweep.
  await sql`create index sign_in_failures_expires on sign_in_failures (expires)`.execute(db)

  await createTable(
    db,
    engine,
    'credit_reservations',
    { id: 'text', user: 'text', cost: 'integer', expires: 'integer' },
    ['id'],
  )
  // What dead nodes left, and what ends with a new balance.
  await sql`create index credit_reservations_expires on credit_reservations (expires)`.execute(db)
  await sql`create index credit_reservations_user on credit_reservations ("user")`.execute(db)
  await createTable(
    db,
    engine,
    'credit_journal',
    { id: 'text', user: 'text', who: 'text', before: 'integer?', after: 'integer?', created: 'integer' },
    ['id'],
  )
  // A user's changes, newest first.
  await sql`create index credit_journal_user on credit_journal ("user", created, id)`.execute(db)

  await createTable(db, engine, 'limit_slots', { bucket: 'text', times: 'text', ends: 'integer' }, ['bucket'])
  // They are over in a second: nobody waits for the disk to keep them, and a crash may forget them.
  if (engine === 'postgres') await sql`alter table limit_slots set unlogged`.execute(db)
  // The sweep.
  await sql`create index limit_slots_ends on limit_slots (ends)`.execute(db)

  await createTable(
    db,
    engine,
    'welcome_accounts',
    { project: 'text', user: 'text', secrets_sealed: 'text', created: 'integer' },
    ['project'],
  )
}
