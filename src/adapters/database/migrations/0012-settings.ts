/** What a project sets for its library: named transformations, saved extensions, origins, URL endpoints; usage per day. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const table = (name: string, columns: Parameters<typeof createTable>[3], key: readonly string[]) =>
    createTable(db, engine, name, columns, key)
  // A project has a few hundred rows of each at most: lists read them by the key and sort.
  const byId = ['project', 'id']
  await table(
    'named_transformations',
    { project: 'text', id: 'text', name: 'text', transformation: 'text', enabled: 'integer', created: 'integer' },
    byId,
  )
  // By name: image URLs, and that names are unique.
  await sql`create unique index named_transformations_name on named_transformations (project, name)`.execute(db)
  await table(
    'saved_extensions',
    {
      project: 'text',
      id: 'text',
      name: 'text',
      description: 'text',
      config: 'text',
      created: 'integer',
      updated: 'integer',
    },
    byId,
  )
  await table(
    'origins',
    {
      project: 'text',
      id: 'text',
      type: 'text',
      name: 'text',
      settings: 'text',
      secrets_sealed: 'text?',
      created: 'integer',
      updated: 'integer',
    },
    byId,
  )
  await table(
    'url_endpoints',
    {
      project: 'text',
      id: 'text',
      description: 'text',
      url_prefix: 'text',
      origins: 'text',
      url_rewriter: 'text?',
      created: 'integer',
      updated: 'integer',
    },
    byId,
  )
  // By prefix: image URLs, and that prefixes are unique.
  await sql`create unique index url_endpoints_prefix on url_endpoints (project, url_prefix)`.execute(db)
  await table(
    'usage_daily',
    { project: 'text', day: 'integer', group: 'text', name: 'text', count: 'integer', bytes: 'integer' },
    ['project', 'day', 'group', 'name'],
  )
  // Names of deleted fields, whose values no answer shows: every read of assets asks.
  await sql`create index custom_fields_deleted on custom_fields (project, name) where deleted = 1`.execute(db)
}
