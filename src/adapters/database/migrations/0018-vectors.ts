/** Pictures as numbers, in the order in which the indexes of likeness in memory read them. */
import type { Kysely } from 'kysely'
import type { EngineName } from '../schema.ts'
import { createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  // By when they were made: an index reads what came since it looked last.
  await createTable(
    db,
    engine,
    'vectors',
    { project: 'text', space: 'text', made: 'integer', asset: 'text', scale: 'real', vector: 'bytes' },
    ['project', 'space', 'made', 'asset'],
    { clustered: true },
  )
}
