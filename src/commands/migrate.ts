/** `imagestead migrate`: opening the database brings it up to date; this does only that. */
import type { Config } from '../config.ts'
import { withOperator } from './operator.ts'

export function migrate(_args: string[], config: Config): Promise<number> {
  return withOperator(config, async () => {
    process.stderr.write('The database is up to date.\n')
  })
}
