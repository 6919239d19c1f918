/** Credentials of every kind. */
import type { KeyRepository } from '../../core/keys/records.ts'
import { changes } from './patch.ts'
import type { Scope } from './schema.ts'

export function createKeys({ db }: Scope): KeyRepository {
  const keys = () => db.selectFrom('keys').selectAll()
  return {
    async insert(key) {
      await db.insertInto('keys').values(key).execute()
    },

    find: (id) => keys().where('id', '=', id).executeTakeFirst(),

    findByPublicKey: (publicKey) => keys().where('publicKey', '=', publicKey).executeTakeFirst(),

    findBySecretHash: (secretHash) => keys().where('secretHash', '=', secretHash).executeTakeFirst(),

    list: (project) => keys().where('project', '=', project).orderBy('created').orderBy('id').execute(),

    async update(id, patch) {
      const result = await db.updateTable('keys').set(changes(patch, { id })).where('id', '=', id).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
