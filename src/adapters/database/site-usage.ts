/** Calls of the Sites API per user, day and function. */
import type { SiteUsageRepository } from '../../core/sites/usage.ts'
import type { Scope } from './schema.ts'

export function createSiteUsageRows({ db }: Scope): SiteUsageRepository {
  return {
    async add(rows) {
      if (rows.length === 0) return
      await db
        .insertInto('siteUsage')
        .values([...rows])
        .onConflict((conflict) =>
          conflict
            .columns(['user', 'day', 'function', 'version'])
            .doUpdateSet((row) => ({ calls: row('siteUsage.calls', '+', row.ref('excluded.calls')) })),
        )
        .execute()
    },

    days: (user, from, to) =>
      db
        .selectFrom('siteUsage')
        .selectAll()
        .where('user', '=', user)
        .where('day', '>=', from)
        .where('day', '<=', to)
        .orderBy('day')
        .orderBy('function')
        .orderBy('version')
        .execute(),
  }
}
