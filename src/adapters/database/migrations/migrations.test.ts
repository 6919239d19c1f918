import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it } from 'vitest'
import { openPostgres } from '../postgres/open.ts'
import { startTestPostgres } from '../postgres/test-server.ts'
import { openFile } from '../sqlite/load.ts'
import { openSqlite } from '../sqlite/open.ts'

interface Column {
  table: string
  name: string
  type: string
  nullable: boolean
}

it('makes the same tables, columns and indexes on both engines', async () => {
  const server = await startTestPostgres()
  const folder = mkdtempSync(join(tmpdir(), 'imagestead-migrations-'))
  try {
    const url = await server.url()
    for (const store of [
      await openPostgres({ url, pool: 2, clock: Date }),
      await openSqlite({ path: folder, clock: Date }),
    ]) {
      await store.migrate()
      await store.migrate()
      await store.close()
    }
    const [embedded, scaled] = [sqliteSchema(join(folder, 'imagestead.db')), await postgresSchema(url)]
    expect(embedded.columns.length).toBeGreaterThan(100)
    expect(embedded).toEqual(scaled)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Without the Migrator's own tables. */
function sqliteSchema(file: string): { columns: Column[]; indexes: string[] } {
  const db = openFile(file)
  const rows = (sql: string) => db.prepare(sql).all() as Record<string, unknown>[]
  const columns = rows(`
    select t.name as tbl, c.name, c.type, c."notnull" from sqlite_schema t, pragma_table_info(t.name) c
    where t.type = 'table' and t.name not like 'migrations%' and t.name not like 'sqlite%' order by t.name, c.name`)
  const indexes = rows(`select name from sqlite_schema where type = 'index' and sql is not null order by name`)
  db.close()
  return {
    columns: columns.map((row) => ({
      table: `${row.tbl}`,
      name: `${row.name}`,
      type: `${row.type}`.toLowerCase(),
      nullable: row.notnull === 0,
    })),
    indexes: indexes.map(({ name }) => `${name}`),
  }
}

async function postgresSchema(url: string): Promise<{ columns: Column[]; indexes: string[] }> {
  const client = new pg.Client(url)
  await client.connect()
  const columns = await client.query(`
    select table_name, column_name, data_type, is_nullable from information_schema.columns
    where table_schema = 'public' and table_name not like 'migrations%'
    order by table_name collate "C", column_name collate "C"`)
  const indexes = await client.query(`
    select indexname from pg_indexes where schemaname = 'public' and indexname not like '%_pkey'
    order by indexname collate "C"`)
  await client.end()
  return {
    columns: columns.rows.map((row) => ({
      table: row.table_name,
      name: row.column_name,
      type: sqliteTypes[row.data_type] ?? row.data_type,
      nullable: row.is_nullable === 'YES',
    })),
    indexes: indexes.rows.map((row) => row.indexname),
  }
}

/** What PostgreSQL calls the types of columns.ts. */
const sqliteTypes: Record<string, string> = { bigint: 'integer', 'double precision': 'real', bytea: 'blob' }
