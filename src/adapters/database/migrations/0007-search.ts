/**
 * What search looks things up by. The tables follow assets and folders in the same transaction (search/keep.ts); custom
 * fields of any name are rows in them, so that no field ever needs a schema change. Every index names the query it serves.
 */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  // All terms of an item, for deciding whether one item has a term.
  await createTable(db, engine, 'search_items', { item: 'text', terms: 'text', folded_name: 'text' }, ['item'], {
    clustered: true,
  })
  // Items of a term by age: tags, words, texts and options of custom fields.
  const terms = { project: 'text', kind: 'text', term: 'text', created: 'integer', item: 'text' } as const
  await createTable(db, engine, 'search_terms', terms, ['project', 'kind', 'term', 'created', 'item'], {
    clustered: true,
  })
  const numbers = {
    item: 'text',
    field: 'text',
    value: 'real',
    project: 'text',
    kind: 'text',
    created: 'integer',
  } as const
  await createTable(db, engine, 'search_numbers', numbers, ['item', 'field', 'value'], { clustered: true })
  // Numbers and dates of a custom field: those equal to a value by age, those in a range.
  await index(db, 'search_numbers_by_value', 'search_numbers (project, kind, field, value, created, item)')
  const places = {
    item: 'text',
    project: 'text',
    kind: 'text',
    latitude: 'real',
    longitude: 'real',
    x: 'real',
    y: 'real',
    z: 'real',
  } as const
  await createTable(db, engine, 'search_places', places, ['item'])
  // Bounding boxes.
  await index(db, 'search_places_by_latitude', 'search_places (project, kind, latitude, longitude, item)')
  await sorts(db)
}

async function sorts(db: Kysely<unknown>): Promise<void> {
  // One for each order of lists; the orders by age have theirs (0006). Names and sizes are also looked up in them.
  await index(db, 'assets_by_name', 'assets (project, current, name, id)')
  await index(db, 'assets_by_update', 'assets (project, current, updated, id)')
  await index(db, 'assets_by_size', 'assets (project, current, size, id)')
  await index(db, 'assets_by_width', 'assets (project, current, coalesce(width, -1), id)')
  await index(db, 'assets_by_height', 'assets (project, current, coalesce(height, -1), id)')
  // What few values occur of, by age; flags only in their rarer state.
  await index(db, 'assets_of_format', 'assets (project, current, format, created, id)')
  await index(
    db,
    'assets_of_creator',
    'assets (project, current, created_by, created, id) where created_by is not null',
  )
  await index(db, 'assets_private', 'assets (project, current, created, id) where is_private = 1')
  await index(db, 'assets_draft', 'assets (project, current, created, id) where is_published = 0')
  await index(db, 'assets_transparent', 'assets (project, current, created, id) where alpha = 1')
  await index(db, 'assets_other', `assets (project, current, created, id) where kind = 'non-image'`)
  await index(db, 'folders_by_age', 'folders (project, created, id)')
  await index(db, 'folders_by_name', 'folders (project, name, id)')
  await index(db, 'folders_by_update', 'folders (project, updated, id)')
}

async function index(db: Kysely<unknown>, name: string, target: string): Promise<void> {
  await sql`create index ${sql.id(name)} on ${sql.raw(target)}`.execute(db)
}
