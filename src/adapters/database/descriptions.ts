/** What was learned of pictures, by blob. */
import type { Description, DescriptionRepository } from '../../core/assets/descriptions.ts'
import type { Scope } from './schema.ts'

export function createDescriptions({ db }: Scope): DescriptionRepository {
  return {
    async insert(blob, description) {
      await db
        .insertInto('descriptions')
        .values({ blob, facts: JSON.stringify(description) })
        .execute()
    },

    async find(blob) {
      const row = await db.selectFrom('descriptions').select('facts').where('blob', '=', blob).executeTakeFirst()
      return row && JSON.parse(row.facts)
    },

    async hashes(blobs) {
      if (blobs.length === 0) return new Map()
      const rows = await db.selectFrom('descriptions').selectAll().where('blob', 'in', blobs).execute()
      return new Map(
        rows.flatMap(({ blob, facts }) => {
          const { pHash }: Description = JSON.parse(facts)
          return pHash === null ? [] : [[blob, pHash]]
        }),
      )
    },
  }
}
