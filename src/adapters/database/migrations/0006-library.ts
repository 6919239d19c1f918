/** The library: folders, assets (a row per version) and custom metadata fields. Every index names the query it serves. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'folders',
    {
      id: 'text',
      project: 'text',
      parent: 'text?',
      path: 'text',
      name: 'text',
      custom_metadata: 'text',
      locked_by: 'text?',
      created: 'integer',
      updated: 'integer',
    },
    ['id'],
  )
  // By path, and the subtree of a path.
  await sql`create unique index folders_path on folders (project, path)`.execute(db)
  // Subfolders of a folder, in the order of lists.
  await sql`create index folders_of_parent on folders (parent, created, id)`.execute(db)
  // Those that a bulk job holds.
  await sql`create index folders_locked on folders (locked_by) where locked_by is not null`.execute(db)
  await assets(db, engine)
  await createTable(
    db,
    engine,
    'custom_fields',
    {
      id: 'text',
      project: 'text',
      name: 'text',
      label: 'text',
      schema: 'text',
      description: 'text?',
      deleted: 'integer',
      created: 'integer',
    },
    ['id'],
  )
  await sql`create unique index custom_fields_name on custom_fields (project, name)`.execute(db)
  await sql`create unique index custom_fields_label on custom_fields (project, label) where deleted = 0`.execute(db)
}

async function assets(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  await createTable(
    db,
    engine,
    'assets',
    {
      id: 'text',
      file: 'text',
      project: 'text',
      folder: 'text',
      name: 'text',
      version: 'integer',
      current: 'integer',
      blob: 'text',
      size: 'integer',
      mime: 'text',
      format: 'text',
      kind: 'text',
      width: 'integer?',
      height: 'integer?',
      orientation: 'integer?',
      alpha: 'integer?',
      tags: 'text',
      ai_tags: 'text',
      custom_metadata: 'text',
      custom_coordinates: 'text?',
      is_private: 'integer',
      is_published: 'integer',
      description: 'text?',
      embedded_metadata: 'text?',
      created_by: 'text?',
      origin: 'text',
      created: 'integer',
      updated: 'integer',
    },
    ['id'],
  )
  // All versions of a file, newest first.
  await sql`create unique index assets_of_file on assets (file, version)`.execute(db)
  // By path, and that no two files share one.
  await sql`create unique index assets_name on assets (folder, name) where current = 1`.execute(db)
  // A folder's page; everything by age.
  await sql`create index assets_of_folder on assets (folder, current, created, id)`.execute(db)
  await sql`create index assets_by_age on assets (project, current, created, id)`.execute(db)
}
