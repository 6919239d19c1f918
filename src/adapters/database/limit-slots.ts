/** Times of the last admissions per bucket: sliding windows that hold over several nodes. */
import type { LimitSlotRepository } from '../../core/limits/records.ts'
import { lockRow } from './lock-row.ts'
import type { Scope } from './schema.ts'

const sweepRows = 5000

export function createLimitSlots(scope: Scope): LimitSlotRepository {
  const { db } = scope
  const row = (bucket: string) => db.selectFrom('limitSlots').select('times').where('bucket', '=', bucket)
  const locked = (bucket: string) => lockRow(scope, row(bucket)).executeTakeFirst()

  return {
    async read(bucket) {
      const found = await row(bucket).executeTakeFirst()
      return found === undefined ? [] : JSON.parse(found.times)
    },

    async lock(bucket) {
      let found = await locked(bucket)
      if (found === undefined) {
        await db
          .insertInto('limitSlots')
          .values({ bucket, times: '[]', ends: 0 })
          .onConflict((conflict) => conflict.column('bucket').doNothing())
          .execute()
        found = await locked(bucket)
      }
      return found === undefined ? [] : JSON.parse(found.times)
    },

    async keep(bucket, times, ends) {
      await db
        .updateTable('limitSlots')
        .set({ times: JSON.stringify(times), ends })
        .where('bucket', '=', bucket)
        .execute()
    },

    async sweep(now) {
      const old = db
        .selectFrom('limitSlots as old')
        .select('old.bucket')
        .where('old.ends', '<=', now)
        .orderBy('old.ends')
        .limit(sweepRows)
      const result = await db.deleteFrom('limitSlots').where('bucket', 'in', old).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
