/** One-time links that show the first keys. */
import type { WelcomeRepository } from '../../core/welcome/records.ts'
import type { Scope } from './schema.ts'

export function createWelcome({ db }: Scope): WelcomeRepository {
  return {
    async replace(link) {
      await db.deleteFrom('welcomeLinks').where('project', '=', link.project).execute()
      await db.insertInto('welcomeLinks').values(link).execute()
    },

    async open(tokenHash, browserHash, now) {
      const result = await db
        .updateTable('welcomeLinks')
        .set({ browserHash })
        .where('tokenHash', '=', tokenHash)
        .where('browserHash', 'is', null)
        .where('expires', '>', now)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },

    findByBrowser: (browserHash, now) =>
      db
        .selectFrom('welcomeLinks')
        .selectAll()
        .where('browserHash', '=', browserHash)
        .where('expires', '>', now)
        .executeTakeFirst(),

    async opened(project) {
      const row = await db
        .selectFrom('welcomeLinks')
        .select('tokenHash')
        .where('project', '=', project)
        .where('browserHash', 'is not', null)
        .executeTakeFirst()
      return row !== undefined
    },

    async insertAccount(account) {
      await db.insertInto('welcomeAccounts').values(account).execute()
    },

    findAccount: (project) =>
      db.selectFrom('welcomeAccounts').selectAll().where('project', '=', project).executeTakeFirst(),

    async sweepAccounts(now) {
      const seen = db
        .selectFrom('welcomeLinks')
        .select('project')
        .where('browserHash', 'is not', null)
        .where('expires', '<=', now)
      const result = await db.deleteFrom('welcomeAccounts').where('project', 'in', seen).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
