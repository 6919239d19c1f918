/** Counters of rate limits and quotas: one row per bucket and window. */
import type { CounterRepository } from '../../core/limits/records.ts'
import type { Scope } from './schema.ts'

/** Rows deleted by one statement, and statements of one sweep; the rest waits for the next sweep. */
const sweepRows = 2000
const sweepStatements = 25

export function createCounters({ db }: Scope): CounterRepository {
  return {
    async add(bucket, windowStart, windowMs, cost, limit) {
      // Unlimited is as much as a counter can hold.
      const max = Math.min(limit, Number.MAX_SAFE_INTEGER)
      // The condition below guards existing rows only.
      if (cost > max) return undefined
      const row = await db
        .insertInto('counters')
        .values({ bucket, windowStart, windowMs, value: cost, ends: windowStart + windowMs })
        .onConflict((conflict) =>
          conflict
            .columns(['bucket', 'windowStart', 'windowMs'])
            .doUpdateSet((counter) => ({ value: counter('counters.value', '+', cost) }))
            .where((counter) => counter(counter('counters.value', '+', cost), '<=', max)),
        )
        .returning('value')
        .executeTakeFirst()
      return row?.value
    },

    async read(bucket, windowStart, windowMs) {
      const row = await db
        .selectFrom('counters')
        .select('value')
        .where('bucket', '=', bucket)
        .where('windowStart', '=', windowStart)
        .where('windowMs', '=', windowMs)
        .executeTakeFirst()
      return row?.value ?? 0
    },

    async sweep(now) {
      let swept = 0
      for (let statement = 0; statement < sweepStatements; statement += 1) {
        const result = await db
          .deleteFrom('counters')
          .where(({ eb, refTuple, selectFrom }) =>
            eb(
              refTuple('bucket', 'windowStart', 'windowMs'),
              'in',
              selectFrom('counters as old')
                .select(['old.bucket', 'old.windowStart', 'old.windowMs'])
                .where('old.ends', '<=', now)
                .orderBy('old.ends')
                .limit(sweepRows)
                .$asTuple('bucket', 'windowStart', 'windowMs'),
            ),
          )
          .executeTakeFirst()
        swept += Number(result.numDeletedRows)
        if (Number(result.numDeletedRows) < sweepRows) break
      }
      return swept
    },
  }
}
