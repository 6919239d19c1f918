/**
 * Fills an empty, migrated database with a made-up library, past the repositories: rows as they would write them, in
 * bulk, with the large indexes built at the end.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeAsset } from '../../src/adapters/database/assets.ts'
import { entryOfAsset } from '../../src/adapters/database/search/terms.ts'
import { type Database, openFile } from '../../src/adapters/database/sqlite/load.ts'
import { asset, folders } from './assets.ts'

type Value = string | number | null

/** Rows of every table but search_terms, in the order of their columns. */
function* rows(count: number): Generator<[table: Table, row: Value[]]> {
  for (const { customMetadata, ...folder } of folders(count)) {
    yield [
      'folders',
      [
        folder.id,
        folder.project,
        folder.parent,
        folder.path,
        folder.name,
        JSON.stringify(customMetadata),
        null,
        folder.created,
        folder.updated,
      ],
    ]
  }
  for (let number = 0; number < count; number += 1) {
    const one = asset(number)
    const row = encodeAsset(one)
    yield ['assets', assetColumns.map((column) => row[column])]
    const { item, project, kind, created, terms, numbers, place, foldedName } = entryOfAsset(one)
    yield ['search_items', [item, ` ${terms.join(' ')} `, foldedName]]
    for (const { field, value } of numbers) yield ['search_numbers', [item, field, value, project, kind, created]]
    if (place !== undefined) {
      const { latitude, longitude, x, y, z } = place
      yield ['search_places', [item, project, kind, latitude, longitude, x, y, z]]
    }
  }
}

const assetColumns = [
  'id',
  'file',
  'project',
  'folder',
  'name',
  'version',
  'current',
  'blob',
  'size',
  'mime',
  'format',
  'kind',
  'width',
  'height',
  'orientation',
  'alpha',
  'tags',
  'aiTags',
  'customMetadata',
  'customCoordinates',
  'isPrivate',
  'isPublished',
  'description',
  'embeddedMetadata',
  'score',
  'label',
  'createdBy',
  'origin',
  'created',
  'updated',
] as const

const widths = { folders: 9, assets: 30, search_items: 3, search_terms: 5, search_numbers: 6, search_places: 8 }
type Table = keyof typeof widths
const tables = Object.keys(widths) as Table[]
const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
/** Where the migrations add columns to a table, these are the ones that rows have. */
const columnsOf = (table: Table) => (table === 'assets' ? ` (${assetColumns.map(snake).join(', ')})` : '')

/** Nobody else may have the file open. */
export function fillSqlite(folder: string, count: number): void {
  const database = openFile(join(folder, 'imagestead.db'))
  try {
    database.exec('pragma journal_mode = off')
    database.exec('pragma synchronous = off')
    database.exec('pragma cache_size = -400000')
    database.exec('pragma temp_store = memory')
    const indexes = database
      .prepare(
        `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (${tables.map((name) => `'${name}'`).join()})`,
      )
      .all() as { name: string; sql: string }[]
    for (const { name } of indexes) database.exec(`drop index ${name}`)
    insertAll(database, count)
    // In the order of their key: written without a search for each.
    database.exec(`insert into search_terms
      select a.project, 'file', t.value, a.created, a.id
      from assets a join search_items i on i.item = a.id
      join json_each('["' || replace(trim(i.terms), ' ', '","') || '"]') t
      order by t.value, a.created, a.id`)
    for (const { sql } of indexes) database.exec(sql)
    database.exec('analyze')
    database.exec('pragma journal_mode = wal')
  } finally {
    database.close()
  }
}

function insertAll(database: Database, count: number): void {
  const statements = Object.fromEntries(
    tables.map((table) => {
      return [
        table,
        database.prepare(`insert into ${table}${columnsOf(table)} values (${Array(widths[table]).fill('?').join()})`),
      ]
    }),
  )
  database.exec('begin')
  for (const [table, row] of rows(count)) statements[table]?.run(...row)
  database.exec('commit')
}

/** @param query runs as the superuser: the server reads files of `folder` */
export async function fillPostgres(
  query: (sql: string) => Promise<Record<string, unknown>[]>,
  folder: string,
  count: number,
): Promise<void> {
  // The server may run as a user of its own.
  for (const open of [folder, dirname(folder)]) await chmod(open, 0o755)
  const indexes = await query(
    `select i.indexname as name, i.indexdef as sql, c.conname as constraint, i.tablename as table, pg_get_constraintdef(c.oid) as definition
     from pg_indexes i left join pg_constraint c on c.conname = i.indexname
     where i.tablename in (${tables.map((name) => `'${name}'`).join()})`,
  )
  for (const { name, constraint, table } of indexes) {
    await query(constraint === null ? `drop index ${name}` : `alter table ${table} drop constraint ${constraint}`)
  }
  await writeFiles(folder, count)
  for (const table of tables) {
    await query(`copy ${table}${columnsOf(table)} from '${join(folder, table)}'`)
    await rm(join(folder, table))
  }
  await query(`insert into search_terms
    select a.project, 'file', t.term, a.created, a.id
    from assets a join search_items i on i.item = a.id, unnest(string_to_array(trim(i.terms), ' ')) t (term)`)
  for (const { sql, constraint, table, definition } of indexes) {
    await query(
      `set maintenance_work_mem = '512MB'; ${constraint === null ? sql : `alter table ${table} add constraint ${constraint} ${definition}`}`,
    )
  }
  for (const table of tables) await query(`vacuum analyze ${table}`)
}

/** In the text format of COPY. */
async function writeFiles(folder: string, count: number): Promise<void> {
  const files = Object.fromEntries(tables.map((table) => [table, createWriteStream(join(folder, table))]))
  const pending: Record<string, string[]> = Object.fromEntries(tables.map((table) => [table, []]))
  const flush = async (table: string) => {
    const text = (pending[table] ?? []).join('')
    pending[table] = []
    if (files[table]?.write(text) === false) await once(files[table], 'drain')
  }
  for (const [table, row] of rows(count)) {
    const lines = pending[table] ?? []
    lines.push(`${row.map(copyText).join('\t')}\n`)
    if (lines.length >= 2000) await flush(table)
  }
  for (const table of tables) {
    await flush(table)
    files[table]?.end()
    if (files[table] !== undefined) await once(files[table], 'finish')
  }
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const copyText = (value: Value) =>
  value === null ? '\\N' : String(value).replaceAll(/[\\\t\n\r]/g, (character) => escapes[character] ?? character)
