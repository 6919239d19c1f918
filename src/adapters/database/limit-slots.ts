/** Times of the last admissions per bucket: sliding windows that hold over several nodes. */
import type { LimitSlotRepository } from '../../core/limits/records.ts'
import { lockRow } from './lock-row.ts'
import type { Scope } from './schema.ts'

const sweepRows = 5000

export function createLimitSlots(scope: Scope): LimitSlotRepository {
  const { db } = scope
  const locked = (bucket: string) =>
    lockRow(scope, db.selectFrom('limitSlots').select('times').where('bucket', '=', bucket)).executeTakeFirst()

  return {
    async lock(bucket) {
      let row = await locked(bucket)
      if (row === undefined) {
        await db
          .insertInto('limitSlots')
          .values({ bucket, times: '[]', ends: 0 })
          .onConflict((conflict) => conflict.column('bucket').doNothing())
          .execute()
        row = await locked(bucket)
      }
      return row === undefined ? [] : JSON.parse(row.times)
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
