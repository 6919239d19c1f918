/** What was seen in pictures, how each version was judged, and the jobs that judge a library. */
import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../schema.ts'
import { columnTypes, createTable } from './columns.ts'

export async function up(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  // The vector before the facts: it is read without them.
  await createTable(
    db,
    engine,
    'sights',
    { blob: 'text', space: 'text?', scale: 'real?', vector: 'bytes?', facts: 'text', created: 'integer' },
    ['blob'],
  )
  await createTable(
    db,
    engine,
    'judgements',
    {
      asset: 'text',
      project: 'text',
      blob: 'text',
      score: 'real',
      aspects: 'text',
      reasons: 'text',
      label: 'text',
      confidence: 'real',
      tags: 'text',
      version: 'text',
      space: 'text?',
      made: 'integer',
    },
    ['asset'],
  )
  await judged(db, engine)
  await createTable(
    db,
    engine,
    'scorings',
    {
      id: 'text',
      project: 'text',
      status: 'text',
      path: 'text',
      again: 'integer',
      cursor: 'text?',
      scored: 'integer',
      skipped: 'integer',
      failed: 'integer',
      failures: 'text',
      created: 'integer',
      finished: 'integer?',
    },
    ['id'],
  )
  // The newest of a project, and the sweep of its old ones.
  await sql`create index scorings_by_age on scorings (project, created, id)`.execute(db)
}

/** Of the version's judgement, beside what else is searched and sorted by. */
async function judged(db: Kysely<unknown>, engine: EngineName): Promise<void> {
  const { real, text } = columnTypes(engine)
  await db.schema.alterTable('assets').addColumn('score', real).execute()
  await db.schema.alterTable('assets').addColumn('label', text).execute()
  // The order by score, and ranges of it.
  await sql`create index assets_by_score on assets (project, current, coalesce(score, -1), id)`.execute(db)
  // Those of a label, by age.
  await sql`create index assets_of_label on assets (project, current, label, created, id) where label is not null`.execute(
    db,
  )
}
