/** Web sessions of people who signed in, and who did what with secrets. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'web_sessions',
    {
      id_hash: 'text',
      user: 'text',
      token_version: 'integer',
      created: 'integer',
      confirmed: 'integer',
      seen: 'integer',
      expires: 'integer',
    },
    ['id_hash'],
  )
  // The oldest of a user, when there are too many.
  await sql`create index web_sessions_user on web_sessions ("user", created, id_hash)`.execute(db)
  // The sweep.
  await sql`create index web_sessions_expires on web_sessions (expires)`.execute(db)

  await createTable(
    db,
    engine,
    'audit_entries',
    {
      id: 'text',
      project: 'text',
      user: 'text',
      action: 'text',
      subject: 'text?',
      address: 'text',
      created: 'integer',
    },
    ['id'],
  )
  // What a user did, newest first.
  await sql`create index audit_entries_user on audit_entries ("user", created, id)`.execute(db)
  // The sweep.
  await sql`create index audit_entries_created on audit_entries (created)`.execute(db)
}
