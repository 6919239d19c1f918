/** Fills a migrated database with the made-up camera, past the repositories: in bulk, indexes at the end. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dayColumns } from '../../src/adapters/database/capture-days.ts'
import { openFile } from '../../src/adapters/database/sqlite/load.ts'
import { columns, rows, type Table } from './camera.ts'

const tables: Record<Table, readonly string[]> = { ...columns, capture_days: dayColumns }
const names = Object.keys(tables) as Table[]
const list = names.map((name) => `'${name}'`).join()
const quoted = (table: Table) => tables[table].map((column) => `"${column}"`).join()

/** Nobody else may have the file open. */
export function fillSqlite(folder: string, count: number): void {
  const database = openFile(join(folder, 'imagestead.db'))
  try {
    for (const pragma of ['journal_mode = off', 'synchronous = off', 'cache_size = -400000', 'temp_store = memory']) {
      database.exec(`pragma ${pragma}`)
    }
    const indexes = database
      .prepare(`select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (${list})`)
      .all() as { name: string; sql: string }[]
    for (const { name } of indexes) database.exec(`drop index ${name}`)
    const inserts = Object.fromEntries(
      names.map((table) => [
        table,
        database.prepare(`insert into ${table} (${quoted(table)}) values (${tables[table].map(() => '?').join()})`),
      ]),
    )
    database.exec('begin')
    for (const [table, row] of rows(count)) inserts[table]?.run(...row)
    database.exec('commit')
    for (const { sql } of indexes) database.exec(sql)
    database.exec('pragma journal_mode = wal')
  } finally {
    database.close()
  }
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
    `select i.indexname as name, i.indexdef as sql from pg_indexes i
     where i.tablename in (${list}) and not exists (select 1 from pg_constraint c where c.conname = i.indexname)`,
  )
  for (const { name } of indexes) await query(`drop index ${name}`)
  const files = Object.fromEntries(names.map((table) => [table, createWriteStream(join(folder, table))]))
  const pending: Record<string, string[]> = Object.fromEntries(names.map((table) => [table, []]))
  for (const [table, row] of rows(count)) {
    const lines = pending[table] ?? []
    lines.push(`${row.map((value) => (value === null ? '\\N' : String(value))).join('\t')}\n`)
    if (lines.length < 2000) continue
    pending[table] = []
    if (files[table]?.write(lines.join('')) === false) await once(files[table], 'drain')
  }
  for (const table of names) {
    files[table]?.end((pending[table] ?? []).join(''))
    if (files[table] !== undefined) await once(files[table], 'finish')
    await query(`copy ${table} (${quoted(table)}) from '${join(folder, table)}'`)
    await rm(join(folder, table))
  }
  for (const { sql } of indexes) await query(`set maintenance_work_mem = '512MB'; ${sql}`)
  for (const table of names) await query(`vacuum analyze ${table}`)
}
