/** Counters of rate limits and quotas: one row per bucket and window. */
import { sql } from 'kysely'
import type { CounterRepository } from '../../core/limits/records.ts'
import type { Scope } from './schema.ts'

/** Rows deleted by one statement, and statements of one sweep; the rest waits for the next sweep. */
const sweepRows = 2000
const sweepStatements = 25

export function createCounters({ db, engine }: Scope): CounterRepository {
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

    async addAll(windows) {
      // SQLite changes nothing inside another statement; its one writer needs no such thing either.
      if (engine !== 'postgres') return undefined
      const asked = windows.map(
        ({ bucket, windowStart, windowMs, max }, at) =>
          sql`(cast(${at} as int), ${bucket}, cast(${windowStart} as bigint), cast(${windowMs} as bigint), cast(${max} as bigint))`,
      )
      // Locked in the order of the key, in which all others lock them; what they hold then is the last that was committed.
      const { rows } = await sql<{ place: number; value: number; added: boolean }>`
        with asked (place, bucket, window_start, window_ms, most) as (values ${sql.join(asked)}),
        held as materialized (
          select a.place, a.most, c.bucket, c.window_start, c.window_ms, c.value
          from asked as a join counters as c using (bucket, window_start, window_ms)
          order by c.bucket, c.window_start, c.window_ms for update of c
        ),
        added as (
          update counters as c set value = c.value + 1 from held as h
          where c.bucket = h.bucket and c.window_start = h.window_start and c.window_ms = h.window_ms
            and (select count(*) from held where value < most) = ${sql.lit(windows.length)}
          returning h.place
        )
        select place, value, place in (select place from added) as added from held order by place`.execute(db)
      if (rows.length < windows.length) return undefined
      const added = rows.every((row) => row.added)
      return { added, values: rows.map(({ value }) => value + (added ? 1 : 0)) }
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
