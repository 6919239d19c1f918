/** Usage per project and month. */
import type { UsageOf, UsageRepository } from '../../core/usage/records.ts'
import type { Scope } from './schema.ts'

export function createUsage({ db }: Scope): UsageRepository {
  return {
    async add(usage, amount, max) {
      // The condition below guards existing rows only.
      if (amount > max) return undefined
      const row = await db
        .insertInto('usage')
        .values({ ...usage, value: amount })
        .onConflict((conflict) =>
          conflict
            .columns(['project', 'metric', 'month'])
            .doUpdateSet((row) => ({ value: row('usage.value', '+', amount) }))
            .where((row) => row(row('usage.value', '+', amount), '<=', max)),
        )
        .returning('value')
        .executeTakeFirst()
      return row?.value
    },

    async giveBack({ project, metric, month }, amount) {
      await db
        .updateTable('usage')
        .set((row) => ({ value: row('value', '-', amount) }))
        .where('project', '=', project)
        .where('metric', '=', metric)
        .where('month', '=', month)
        .execute()
    },

    async read({ project, metric, month }: UsageOf) {
      const row = await db
        .selectFrom('usage')
        .select('value')
        .where('project', '=', project)
        .where('metric', '=', metric)
        .where('month', '=', month)
        .executeTakeFirst()
      return row?.value ?? 0
    },
  }
}
