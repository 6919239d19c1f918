/**
 * Reads whose text never changes are built and compiled once in the life of a store: that takes several times what it
 * takes to run them. For the statements that every request or every image needs; the others stay as they are written.
 */
import type { CompiledQuery } from 'kysely'
import type { Scope } from './schema.ts'

/** Stands for a value while its statement is built. */
class Place {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * @param name of the statement, unique in the store
 * @param values the only things that differ from run to run
 * @param build is called once, with values that may only be handed on
 */
export async function runPrepared<Values extends Record<string, string | number>, Row>(
  { db, statements }: Scope,
  name: string,
  values: Values,
  build: (values: Values) => { compile(): CompiledQuery<Row> },
): Promise<Row[]> {
  let statement = statements.get(name) as CompiledQuery<Row> | undefined
  if (statement === undefined) {
    const places = Object.fromEntries(Object.keys(values).map((key) => [key, new Place(key)]))
    statement = build(places as unknown as Values).compile()
    statements.set(name, statement)
  }
  const parameters = statement.parameters.map((value) => (value instanceof Place ? values[value.name] : value))
  return (await db.executeQuery<Row>({ ...statement, parameters })).rows
}
