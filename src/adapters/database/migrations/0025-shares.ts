/** Links to photos and films for people without an account. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'site_shares',
    {
      id: 'text',
      project: 'text',
      user: 'text',
      token_hash: 'text',
      installation: 'text?',
      photos: 'text?',
      timelapse: 'text?',
      variant_max: 'text',
      password_hash: 'text?',
      allow_download: 'integer',
      allowed_origins: 'text',
      label: 'text?',
      expires: 'integer?',
      created: 'integer',
    },
    ['id'],
  )
  // Every view of one.
  await sql`create unique index site_shares_by_token on site_shares (token_hash)`.execute(db)
  // The lists: all of a project, those of a user.
  await sql`create index site_shares_of_project on site_shares (project, created, id)`.execute(db)
  await sql`create index site_shares_of_user on site_shares (project, "user", created, id)`.execute(db)
}
