/** Rows of renditions, and the sum of their bytes, which every insert and delete keeps. */
import type { RenditionRepository, RenditionRow } from '../../core/renditions/records.ts'
import { runPrepared } from './prepared.ts'
import type { Scope } from './schema.ts'

/** Rows of one statement. */
const batch = 500

export function createRenditionRows(scope: Scope): RenditionRepository {
  const { db } = scope
  async function addToTotal(bytes: number): Promise<void> {
    if (bytes === 0) return
    await db
      .updateTable('renditionTotals')
      .set((row) => ({ bytes: row('bytes', '+', bytes) }))
      .where('id', '=', 1)
      .execute()
  }

  /** In order of keys: two that delete the same rows do not wait for each other in a circle. */
  async function remove(keys: readonly string[]): Promise<RenditionRow[]> {
    if (keys.length === 0) return []
    const rows = await db
      .deleteFrom('renditions')
      .where('key', 'in', [...keys].sort())
      .returningAll()
      .execute()
    await addToTotal(-sizeOf(rows))
    return rows
  }

  /** Blobs that are there and have references. */
  async function living(sources: readonly string[]): Promise<Set<string>> {
    const rows = await db.selectFrom('blobs').select('key').where('key', 'in', sources).where('refs', '>', 0).execute()
    return new Set(rows.map(({ key }) => key))
  }

  return {
    async find(project, key) {
      const [row] = await runPrepared(scope, 'renditions.find', { project, key }, (values) =>
        db.selectFrom('renditions').selectAll().where('key', '=', values.key).where('project', '=', values.project),
      )
      return row
    },

    async keysOf(source, limit) {
      const rows = await runPrepared(scope, 'renditions.keysOf', { source, limit }, (values) =>
        db.selectFrom('renditions').select('key').where('source', '=', values.source).limit(values.limit),
      )
      return rows.map(({ key }) => key)
    },

    async insert(rows) {
      const inserted = new Set<string>()
      for (let start = 0; start < rows.length; start += batch) {
        const some = rows.slice(start, start + batch)
        const sources = await living([...new Set(some.map(({ source }) => source))])
        const wanted = some.filter(({ source }) => sources.has(source)).sort((a, b) => (a.key < b.key ? -1 : 1))
        if (wanted.length === 0) continue
        const added = await db
          .insertInto('renditions')
          .values(wanted)
          .onConflict((conflict) => conflict.column('key').doNothing())
          .returning(['blob', 'size'])
          .execute()
        for (const { blob } of added) inserted.add(blob)
        await addToTotal(sizeOf(added))
      }
      return rows.filter(({ blob }) => !inserted.has(blob))
    },

    async touch(keys, used) {
      for (let start = 0; start < keys.length; start += batch) {
        const some = keys.slice(start, start + batch).sort()
        await db.updateTable('renditions').set({ used }).where('key', 'in', some).execute()
      }
    },

    async total() {
      const row = await db.selectFrom('renditionTotals').select('bytes').where('id', '=', 1).executeTakeFirst()
      return row?.bytes ?? 0
    },

    async evict(bytes, limit) {
      const oldest = await db
        .selectFrom('renditions')
        .select(['key', 'size'])
        .orderBy('used')
        .orderBy('key')
        .limit(limit)
        .execute()
      let freed = 0
      const keys: string[] = []
      for (const { key, size } of oldest) {
        if (freed >= bytes) break
        keys.push(key)
        freed += size
      }
      return remove(keys)
    },

    async drop({ key, blob }) {
      const rows = await db
        .deleteFrom('renditions')
        .where('key', '=', key)
        .where('blob', '=', blob)
        .returning('size')
        .execute()
      await addToTotal(-sizeOf(rows))
      return rows.length > 0
    },

    async dropOf(sources, limit) {
      if (sources.length === 0) return []
      const rows = await db.selectFrom('renditions').select('key').where('source', 'in', sources).limit(limit).execute()
      return remove(rows.map(({ key }) => key))
    },

    async holds(blob) {
      const row = await db.selectFrom('renditions').select('key').where('blob', '=', blob).executeTakeFirst()
      return row !== undefined
    },
  }
}

const sizeOf = (rows: readonly { size: number }[]) => rows.reduce((sum, { size }) => sum + size, 0)
