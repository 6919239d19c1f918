/** Heads and their weights. */
import type { Head, HeadRepository } from '../../core/vision/heads/records.ts'
import type { HeadRow, Scope } from './schema.ts'

export function createHeads({ db, touch }: Scope): HeadRepository {
  const of = (project: string) => db.selectFrom('heads').selectAll().where('project', '=', project)

  return {
    async nextVersion(project, kind) {
      const { version } = await db
        .insertInto('headVersions')
        .values({ project, kind, version: 1 })
        .onConflict((conflict) =>
          conflict
            .columns(['project', 'kind'])
            .doUpdateSet((row) => ({ version: row('headVersions.version', '+', 1) })),
        )
        .returning('version')
        .executeTakeFirstOrThrow()
      return version
    },

    async insert(head, weights) {
      await db.insertInto('heads').values(encode(head)).execute()
      if (weights !== null)
        await db.insertInto('headWeights').values({ project: head.project, head: head.id, weights }).execute()
    },

    async find(project, id) {
      const row = await of(project).where('id', '=', id).executeTakeFirst()
      return row && decode(row)
    },

    async list(project) {
      const rows = await of(project).orderBy('created', 'desc').orderBy('id', 'desc').execute()
      return rows.map(decode)
    },

    async count(project) {
      const { count } = await db
        .selectFrom('heads')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('project', '=', project)
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    async active(project) {
      const rows = await of(project).where('active', '=', 1).orderBy('kind').execute()
      return rows.map(decode)
    },

    async activeIds(project) {
      const rows = await db
        .selectFrom('heads')
        .select('id')
        .where('project', '=', project)
        .where('active', '=', 1)
        .orderBy('kind')
        .execute()
      return rows.map(({ id }) => id)
    },

    async weights(project, id) {
      const row = await db
        .selectFrom('headWeights')
        .select('weights')
        .where('project', '=', project)
        .where('head', '=', id)
        .executeTakeFirst()
      return row?.weights
    },

    async finish(project, id, outcome) {
      const trained = 'weights' in outcome
      const { numUpdatedRows } = await db
        .updateTable('heads')
        .set(
          trained
            ? {
                status: 'ready',
                lesson: null,
                models: JSON.stringify(outcome.models),
                shape: JSON.stringify(outcome.shape),
                metrics: JSON.stringify(outcome.metrics),
              }
            : { status: 'failed', message: outcome.message },
        )
        .where('project', '=', project)
        .where('id', '=', id)
        .where('status', '=', 'training')
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      if (trained) await db.insertInto('headWeights').values({ project, head: id, weights: outcome.weights }).execute()
      return true
    },

    async activate(project, id, on) {
      const known = await db
        .selectFrom('heads')
        .select('kind')
        .where('project', '=', project)
        .where('id', '=', id)
        .where('status', '=', 'ready')
        .executeTakeFirst()
      if (known === undefined) return false
      // One after the other: the row that every new version of this kind takes its number from.
      await db
        .updateTable('headVersions')
        .set(({ ref }) => ({ version: ref('version') }))
        .where('project', '=', project)
        .where('kind', '=', known.kind)
        .execute()
      const off = db.updateTable('heads').set({ active: 0 }).where('project', '=', project).where('active', '=', 1)
      await (on ? off.where('kind', '=', known.kind).where('id', '!=', id) : off.where('id', '=', id)).execute()
      touch(project)
      if (!on) return true
      const { numUpdatedRows } = await db
        .updateTable('heads')
        .set({ active: 1 })
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async delete(project, id) {
      await db.deleteFrom('headWeights').where('project', '=', project).where('head', '=', id).execute()
      const { numDeletedRows } = await db
        .deleteFrom('heads')
        .where('project', '=', project)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows > 0n) touch(project)
      return numDeletedRows > 0n
    },
  }
}

const text = (value: unknown) => (value === null ? null : JSON.stringify(value))

function encode(head: Head): HeadRow {
  return {
    ...head,
    active: head.active ? 1 : 0,
    models: text(head.models),
    lesson: text(head.lesson),
    shape: text(head.shape),
    metrics: text(head.metrics),
  }
}

function decode(row: HeadRow): Head {
  const read = (value: string | null) => (value === null ? null : JSON.parse(value))
  return {
    ...row,
    active: row.active === 1,
    models: read(row.models),
    lesson: read(row.lesson),
    shape: read(row.shape),
    metrics: read(row.metrics),
  }
}
