/** Single values about the installation. */
import type { MetaRepository } from '../../core/ports.ts'
import type { Scope } from './schema.ts'

export function createMeta({ db }: Scope): MetaRepository {
  async function get(name: string): Promise<string | undefined> {
    const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst()
    return row?.value
  }

  return {
    get,

    async setOnce(name, value) {
      await db
        .insertInto('meta')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      return (await get(name)) ?? value
    },

    async set(name, value) {
      await db
        .insertInto('meta')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute()
    },
  }
}
