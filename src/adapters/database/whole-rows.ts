/**
 * Rows whole, a page at a time, as one JSON text that the database writes: thirty values of fifty rows cost several times
 * as much to hand over one by one, between threads as over the network, and what is JSON in them is parsed in the same go.
 */
import { sql } from 'kysely'
import { createSnakeCase } from './names.ts'
import type { EngineName } from './schema.ts'
import type { Sql } from './search/lists.ts'

/** `flag`: 0 or 1. `real`: a number that need not be whole, of which SQLite would write 15 digits. */
export type Kind = 'plain' | 'flag' | 'json' | 'real'

export interface WholeRows {
  /** The text, aggregated in this order. */
  list(engine: EngineName, order: Sql): Sql
  /** What is in it; null: no rows. */
  read(text: string | null): Record<string, unknown>[]
}

/** @param columns by name in the record: the table or alias that has it, and how it is written */
export function wholeRows(columns: Record<string, readonly [table: string, kind: Kind]>): WholeRows {
  const snakeCase = createSnakeCase()
  const entries = Object.entries(columns)
  const members = entries.map(([name, [, kind]]) => ({ name, isFlag: kind === 'flag' }))

  const expressionOf = (engine: EngineName, name: string, table: string, kind: Kind) => {
    const column = `${table}."${snakeCase(name)}"`
    if (kind === 'json') return engine === 'sqlite' ? `json(${column})` : `cast(${column} as json)`
    if (kind === 'real' && engine === 'sqlite') return `iif(${column} is null, null, json(format('%!.17g', ${column})))`
    return column
  }
  const valuesOf = (engine: EngineName) =>
    sql.raw(entries.map(([name, [table, kind]]) => expressionOf(engine, name, table, kind)).join(', '))
  const values = { sqlite: valuesOf('sqlite'), postgres: valuesOf('postgres') }

  return {
    list: (engine, order) =>
      engine === 'sqlite'
        ? sql`json_group_array(json_array(${values.sqlite}) order by ${order})`
        : sql`cast(json_agg(json_build_array(${values.postgres}) order by ${order}) as text)`,

    read(text) {
      const rows: unknown[][] = JSON.parse(text ?? '[]')
      return rows.map((row) => {
        const record: Record<string, unknown> = {}
        members.forEach(({ name, isFlag }, index) => {
          const value = row[index]
          record[name] = isFlag && value !== null ? value === 1 : value
        })
        return record
      })
    },
  }
}
