/** Chooses the SQLite binding: built in from Node 24, a package with the same API before. */
import { createRequire } from 'node:module'
import type { DatabaseSync } from '@photostructure/sqlite'

export type Database = InstanceType<typeof DatabaseSync>

/** Opens (and creates) the database file. */
export function openFile(path: string): Database {
  const builtIn = Number(process.versions.node.split('.')[0]) >= 24
  const binding: { DatabaseSync: typeof DatabaseSync } = createRequire(import.meta.url)(
    builtIn ? 'node:sqlite' : '@photostructure/sqlite',
  )
  return new binding.DatabaseSync(path)
}
