/** Tokens of uploads that were used. */
import type { UploadTokenRepository } from '../../core/keys/upload-tokens.ts'
import type { Scope } from './schema.ts'

/** Rows deleted by one statement, and statements of one sweep; the rest waits for the next sweep. */
const sweepRows = 1000
const sweepStatements = 20

export function createUploadTokens({ db }: Scope): UploadTokenRepository {
  return {
    async use(token) {
      const row = await db
        .insertInto('uploadTokens')
        .values(token)
        .onConflict((conflict) => conflict.columns(['project', 'token']).doNothing())
        .returning('token')
        .executeTakeFirst()
      return row !== undefined
    },

    async sweep(before) {
      let swept = 0
      for (let statement = 0; statement < sweepStatements; statement += 1) {
        const result = await db
          .deleteFrom('uploadTokens')
          .where(({ eb, refTuple, selectFrom }) =>
            eb(
              refTuple('project', 'token'),
              'in',
              selectFrom('uploadTokens as old')
                .select(['old.project', 'old.token'])
                .where('old.expires', '<', before)
                .orderBy('old.expires')
                .limit(sweepRows)
                .$asTuple('project', 'token'),
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
