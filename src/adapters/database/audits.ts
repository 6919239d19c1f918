/** Who did what with secrets. */
import type { AuditRepository } from '../../core/users/records.ts'
import type { Scope } from './schema.ts'

const sweepRows = 5000

export function createAudits({ db }: Scope): AuditRepository {
  return {
    async insert(entry) {
      await db.insertInto('auditEntries').values(entry).execute()
    },

    ofUser: (user, limit) =>
      db
        .selectFrom('auditEntries')
        .selectAll()
        .where('user', '=', user)
        .orderBy('created', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),

    async sweep(before) {
      const old = db
        .selectFrom('auditEntries as old')
        .select('old.id')
        .where('old.created', '<', before)
        .orderBy('old.created')
        .limit(sweepRows)
      const result = await db.deleteFrom('auditEntries').where('id', 'in', old).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
