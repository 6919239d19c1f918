/** Rows of immutable bytes and their reference counts. */
import type { BlobRepository } from '../../core/blobs/records.ts'
import type { Scope } from './schema.ts'

/** Keys named in one statement. */
const batch = 500

export function createBlobs({ db, engine }: Scope): BlobRepository {
  /** Adds as many references to each key as it occurs (`sign` -1: takes them); returns the rows that are there. */
  async function count(keys: readonly string[], sign: 1 | -1): Promise<{ key: string; refs: number }[]> {
    const counted: { key: string; refs: number }[] = []
    for (const part of batches([...new Set(keys)].sort())) {
      // Always in key order, so that two of these on the same blobs do not wait for each other.
      if (engine === 'postgres') {
        await db.selectFrom('blobs').select('key').where('key', 'in', part).orderBy('key').forUpdate().execute()
      }
      for (const [times, equal] of byCount(part, keys)) {
        const rows = await db
          .updateTable('blobs')
          .set((row) => ({ refs: row('refs', '+', sign * times) }))
          .where('key', 'in', equal)
          .returning(['key', 'refs'])
          .execute()
        counted.push(...rows)
      }
    }
    return counted
  }

  return {
    async insert(blob) {
      await db.insertInto('blobs').values(blob).execute()
    },

    find: (key) => db.selectFrom('blobs').selectAll().where('key', '=', key).executeTakeFirst(),

    async retain(key) {
      const result = await db
        .updateTable('blobs')
        .set((row) => ({ refs: row('refs', '+', 1) }))
        .where('key', '=', key)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async retainAll(keys) {
      return (await count(keys, 1)).length === new Set(keys).size
    },

    async release(keys) {
      return (await count(keys, -1)).filter(({ refs }) => refs <= 0).map(({ key }) => key)
    },

    async deleteUnreferenced(key) {
      const result = await db.deleteFrom('blobs').where('key', '=', key).where('refs', '<=', 0).executeTakeFirst()
      if (result.numDeletedRows === 0n) return false
      await db.deleteFrom('descriptions').where('blob', '=', key).execute()
      await db.deleteFrom('sights').where('blob', '=', key).execute()
      return true
    },

    page: (after, limit) =>
      db.selectFrom('blobs').selectAll().where('key', '>', after).orderBy('key').limit(limit).execute(),
  }
}

function batches(keys: readonly string[]): string[][] {
  const parts: string[][] = []
  for (let start = 0; start < keys.length; start += batch) parts.push(keys.slice(start, start + batch))
  return parts
}

/** The distinct keys, grouped by how often they occur in `all`. */
function byCount(distinct: readonly string[], all: readonly string[]): Map<number, string[]> {
  const counts = new Map<string, number>()
  for (const key of all) counts.set(key, (counts.get(key) ?? 0) + 1)
  const groups = new Map<number, string[]>()
  for (const key of distinct) {
    const count = counts.get(key) ?? 0
    groups.set(count, [...(groups.get(count) ?? []), key])
  }
  return groups
}
