/** Answers kept under Idempotency-Keys, and the claims of those being worked on. */
import type { IdempotencyClaim, IdempotencyRepository } from '../../core/idempotency/records.ts'
import type { Scope } from './schema.ts'

/** Rows deleted by one statement, and statements of one sweep; the rest waits for the next sweep. */
const sweepRows = 1000
const sweepStatements = 20

type Held = Pick<IdempotencyClaim, 'project' | 'key' | 'claim'>

export function createIdempotencyRows({ db }: Scope): IdempotencyRepository {
  const held = ({ project, key, claim }: Held) =>
    db
      .updateTable('idempotency')
      .where('project', '=', project)
      .where('key', '=', key)
      .where('claim', '=', claim)
      .where('answer', 'is', null)

  return {
    async claim(claim, now) {
      const row = await db
        .insertInto('idempotency')
        .values({ ...claim, fingerprint: null, answer: null })
        .onConflict((conflict) =>
          conflict
            .columns(['project', 'key'])
            .doUpdateSet({ ...claim, fingerprint: null, answer: null })
            .where((row) =>
              row.or([
                row('idempotency.expires', '<=', now),
                row.and([row('idempotency.answer', 'is', null), row('idempotency.leaseUntil', '<=', now)]),
              ]),
            ),
        )
        .returning('claim')
        .executeTakeFirst()
      return row !== undefined
    },

    async find(project, key) {
      const row = await db
        .selectFrom('idempotency')
        .selectAll()
        .where('project', '=', project)
        .where('key', '=', key)
        .executeTakeFirst()
      return row && { ...row, answer: row.answer === null ? null : JSON.parse(row.answer) }
    },

    async extend(claim, leaseUntil) {
      const result = await held(claim).set({ leaseUntil }).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async finish(claim, fingerprint, answer) {
      const result = await held(claim)
        .set({ fingerprint, answer: JSON.stringify(answer) })
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async release({ project, key, claim }) {
      const result = await db
        .deleteFrom('idempotency')
        .where('project', '=', project)
        .where('key', '=', key)
        .where('claim', '=', claim)
        .where('answer', 'is', null)
        .executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async sweep(now) {
      let swept = 0
      for (let statement = 0; statement < sweepStatements; statement += 1) {
        const result = await db
          .deleteFrom('idempotency')
          .where(({ eb, refTuple, selectFrom }) =>
            eb(
              refTuple('project', 'key'),
              'in',
              selectFrom('idempotency as old')
                .select(['old.project', 'old.key'])
                .where('old.expires', '<=', now)
                .orderBy('old.expires')
                .limit(sweepRows)
                .$asTuple('project', 'key'),
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
