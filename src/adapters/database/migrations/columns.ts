/** Shorthand for tables that are equal on both engines. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'

/** A question mark: may be null. */
type ColumnKind = 'text' | 'text?' | 'integer' | 'integer?' | 'real' | 'real?' | 'bytes' | 'bytes?'

/**
 * SQLite: STRICT tables of TEXT, INTEGER, REAL and BLOB. PostgreSQL: text in byte order, as SQLite compares it, bigint and bytea.
 * `clustered`: SQLite keeps the rows in the order of the primary key, once.
 */
export async function createTable(
  db: Kysely<unknown>,
  engine: EngineName,
  name: string,
  columns: Record<string, ColumnKind>,
  primaryKey: readonly string[],
  { clustered = false }: { clustered?: boolean } = {},
): Promise<void> {
  const types = columnTypes(engine)
  let table = db.schema.createTable(name).addPrimaryKeyConstraint(`${name}_pkey`, primaryKey as never)
  for (const [column, kind] of Object.entries(columns)) {
    const type = types[kind.replace('?', '') as keyof typeof types]
    table = table.addColumn(column, type, (definition) => (kind.endsWith('?') ? definition : definition.notNull()))
  }
  if (engine === 'sqlite') table = table.modifyEnd(clustered ? sql`strict, without rowid` : sql`strict`)
  await table.execute()
}

/** What the engine calls the kinds of columns. */
export function columnTypes(engine: EngineName) {
  return engine === 'postgres'
    ? ({ text: sql`text collate "C"`, integer: 'bigint', real: 'double precision', bytes: 'bytea' } as const)
    : ({ text: 'text', integer: 'integer', real: 'real', bytes: 'blob' } as const)
}
