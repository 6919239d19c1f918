/** Web sessions by the hash of what the cookie holds. */
import type { WebSessionRepository } from '../../core/users/records.ts'
import type { Scope } from './schema.ts'

const sweepRows = 5000

export function createWebSessionRows({ db }: Scope): WebSessionRepository {
  return {
    async insert(session) {
      await db.insertInto('webSessions').values(session).execute()
    },

    find: (idHash) => db.selectFrom('webSessions').selectAll().where('idHash', '=', idHash).executeTakeFirst(),

    async see(idHash, seen, expires) {
      await db
        .updateTable('webSessions')
        .set({ seen, expires })
        .where('idHash', '=', idHash)
        .where('seen', '<', seen)
        .execute()
    },

    async confirm(idHash, confirmed) {
      const result = await db
        .updateTable('webSessions')
        .set({ confirmed })
        .where('idHash', '=', idHash)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    async end(idHash) {
      const result = await db.deleteFrom('webSessions').where('idHash', '=', idHash).executeTakeFirst()
      return result.numDeletedRows > 0n
    },

    async prune(user, keep) {
      // SQLite has an offset only after a limit.
      const surplus = db
        .selectFrom('webSessions as old')
        .select('old.idHash')
        .where('old.user', '=', user)
        .orderBy('old.created', 'desc')
        .orderBy('old.idHash', 'desc')
        .limit(1000)
        .offset(keep)
      await db.deleteFrom('webSessions').where('idHash', 'in', surplus).execute()
    },

    async sweep(now) {
      const old = db
        .selectFrom('webSessions as old')
        .select('old.idHash')
        .where('old.expires', '<=', now)
        .orderBy('old.expires')
        .limit(sweepRows)
      const result = await db.deleteFrom('webSessions').where('idHash', 'in', old).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
