/** What was seen in pictures, by blob. */
import type { KeptSight, SightRepository } from '../../core/vision/records.ts'
import { numbersOf, vectorOf } from '../../core/vision/vector.ts'
import type { Schema, Scope } from './schema.ts'

/** Blobs named in one statement. */
const batch = 500

export function createSights({ db }: Scope): SightRepository {
  const decode = ({ facts, scale, vector, created }: Schema['sights']): KeptSight => {
    const embedding = scale === null || vector === null ? null : numbersOf({ scale, bytes: vector })
    return { sight: { ...JSON.parse(facts), embedding }, created }
  }
  return {
    async put(blob, sight, created) {
      const vector = vectorOf(sight)
      const { embedding: _, ...facts } = sight
      const row = {
        facts: JSON.stringify(facts),
        space: vector?.space ?? null,
        scale: vector?.scale ?? null,
        vector: vector?.bytes ?? null,
        created,
      }
      await db
        .insertInto('sights')
        .values({ blob, ...row })
        .onConflict((conflict) => conflict.column('blob').doUpdateSet(row))
        .execute()
    },

    async find(blob) {
      const row = await db.selectFrom('sights').selectAll().where('blob', '=', blob).executeTakeFirst()
      return row && decode(row)
    },

    async list(blobs) {
      const found = new Map<string, KeptSight>()
      for (let start = 0; start < blobs.length; start += batch) {
        const some = blobs.slice(start, start + batch)
        const rows = await db.selectFrom('sights').selectAll().where('blob', 'in', some).execute()
        for (const row of rows) found.set(row.blob, decode(row))
      }
      return found
    },

    async vector(blob) {
      const row = await db
        .selectFrom('sights')
        .select(['space', 'scale', 'vector'])
        .where('blob', '=', blob)
        .executeTakeFirst()
      if (row === undefined || row.space === null || row.scale === null || row.vector === null) return undefined
      return { space: row.space, scale: row.scale, bytes: row.vector }
    },
  }
}
