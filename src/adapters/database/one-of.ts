/** "Is one of these" for lists of any length, in one parameter: engines count parameters. */
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Scope } from './schema.ts'

export function oneOf(
  { engine }: Pick<Scope, 'engine'>,
  column: string,
  values: readonly string[],
): Expression<SqlBool> {
  return engine === 'postgres'
    ? sql<SqlBool>`${sql.ref(column)} = any(${[...values]}::text[])`
    : sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`
}

/** The values as rows of one column, in one parameter: the statement is the same for any number of them. */
export function rowsOf(
  { engine }: Pick<Scope, 'engine'>,
  column: string,
  values: readonly string[],
): RawBuilder<unknown> {
  return engine === 'postgres'
    ? sql`(select unnest(${[...values]}::text[]) as ${sql.ref(column)})`
    : sql`(select value as ${sql.ref(column)} from json_each(${JSON.stringify(values)}))`
}

/** The pattern of `like … escape '\'` for texts that hold this one. */
export const holding = (text: string) => `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
