/** Failed sign-ins in a row by hashed name. */
import type { SignInFailureRepository } from '../../core/users/records.ts'
import type { Scope } from './schema.ts'

const sweepRows = 5000

export function createSignInFailures({ db }: Scope): SignInFailureRepository {
  const row = (nameHash: string) => db.selectFrom('signInFailures').selectAll().where('nameHash', '=', nameHash)
  return {
    find: (nameHash) => row(nameHash).executeTakeFirst(),

    async add(nameHash, now, expires) {
      const { failures } = await db
        .insertInto('signInFailures')
        .values({ nameHash, failures: 1, blockedUntil: 0, expires })
        .onConflict((conflict) =>
          conflict.column('nameHash').doUpdateSet((old) => ({
            // What has expired was another row of failures.
            failures: old
              .case()
              .when('signInFailures.expires', '<=', now)
              .then(1)
              .else(old('signInFailures.failures', '+', 1))
              .end(),
            expires,
          })),
        )
        .returning('failures')
        .executeTakeFirstOrThrow()
      return failures
    },

    async block(nameHash, until) {
      await db.updateTable('signInFailures').set({ blockedUntil: until }).where('nameHash', '=', nameHash).execute()
    },

    async clear(nameHash) {
      await db.deleteFrom('signInFailures').where('nameHash', '=', nameHash).execute()
    },

    async sweep(now) {
      const old = db
        .selectFrom('signInFailures as old')
        .select('old.nameHash')
        .where('old.expires', '<=', now)
        .orderBy('old.expires')
        .limit(sweepRows)
      const result = await db.deleteFrom('signInFailures').where('nameHash', 'in', old).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
