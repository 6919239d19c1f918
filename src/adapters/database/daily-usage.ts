/** Usage per day. */
import type { DailyCount, DailyUsageRepository } from '../../core/usage/daily.ts'
import type { Scope } from './schema.ts'

/** Rows of one statement, below SQLite's number of variables. */
const batch = 500

export function createDailyUsage({ db }: Scope): DailyUsageRepository {
  return {
    async add(project, day, counts) {
      for (let start = 0; start < counts.length; start += batch) {
        await db
          .insertInto('usageDaily')
          .values(counts.slice(start, start + batch).map((count) => ({ project, day, ...count })))
          .onConflict((conflict) =>
            conflict.columns(['project', 'day', 'group', 'name']).doUpdateSet((row) => ({
              count: row('usageDaily.count', '+', row.ref('excluded.count')),
              bytes: row('usageDaily.bytes', '+', row.ref('excluded.bytes')),
            })),
          )
          .execute()
      }
    },

    async sums(project, from, to) {
      const rows = await db
        .selectFrom('usageDaily')
        .select(({ fn }) => ['group', 'name', fn.sum('count').as('count'), fn.sum('bytes').as('bytes')])
        .where('project', '=', project)
        .where('day', '>=', from)
        .where('day', '<', to)
        .groupBy(['group', 'name'])
        .execute()
      // PostgreSQL sums bigint to a numeric, which comes as a text.
      return rows.map((row): DailyCount => ({ ...row, count: Number(row.count), bytes: Number(row.bytes) }))
    },
  }
}
