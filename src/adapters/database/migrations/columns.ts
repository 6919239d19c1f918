/** Shorthand for tables that are equal on both engines. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'

/** A question mark: may be null. */
type ColumnKind = 'text' | 'text?' | 'integer' | 'integer?' | 'real'

/**
 * SQLite: STRICT tables of TEXT, INTEGER and REAL. PostgreSQL: text in byte order, as SQLite compares it, and bigint.
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
  const text = engine === 'postgres' ? sql`text collate "C"` : ('text' as const)
  const integer = engine === 'postgres' ? ('bigint' as const) : ('integer' as const)
  const real = engine === 'postgres' ? ('double precision' as const) : ('real' as const)
  let table = db.schema.createTable(name).addPrimaryKeyConstraint(`${name}_pkey`, primaryKey as never)
  for (const [column, kind] of Object.entries(columns)) {
    table = table.addColumn(column, kind === 'real' ? real : kind.startsWith('text') ? text : integer, (definition) =>
      kind.endsWith('?') ? definition : definition.notNull(),
    )
  }
  if (engine === 'sqlite') table = table.modifyEnd(clustered ? sql`strict, without rowid` : sql`strict`)
  await table.execute()
}
