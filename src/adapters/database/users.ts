/** People who sign in. */
import type { UserRepository } from '../../core/projects/records.ts'
import { changes } from './patch.ts'
import type { Scope } from './schema.ts'

export function createUsers({ db }: Scope): UserRepository {
  return {
    async insert(user) {
      await db.insertInto('users').values(user).execute()
    },

    find: (id) => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),

    findByUsername: (username) =>
      db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirst(),

    list: () => db.selectFrom('users').selectAll().orderBy('created').orderBy('id').execute(),

    async update(id, patch) {
      const result = await db.updateTable('users').set(changes(patch, { id })).where('id', '=', id).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
