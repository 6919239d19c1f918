/** Local times of captures, when their installation gets another zone: whole batches, with the counts of the days they leave and reach. */
import { sql } from 'kysely'
import { type CaptureRepository, type CaptureTimes, flags } from '../../core/sites/records.ts'
import type { Local } from '../../core/sites/zones.ts'
import type { Scope } from './schema.ts'

/** Milliseconds from the year 1 to 1970: what is before 1970 is divided like what is after. */
const sinceYearOne = 719_162 * 86_400_000

export function createCaptureTimes({ db }: Scope): Pick<CaptureRepository, 'times' | 'setTimes'> {
  return {
    async times(installation, after, limit) {
      let query = db
        .selectFrom('captures')
        .select(['id', 'taken', 'offset', 'day', 'minute', 'weekday', 'flags'])
        .where('installation', '=', installation)
      if (after !== null) {
        query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('taken', 'id'), '<', tuple(after.taken, after.id)))
      }
      const rows = await query.orderBy('taken', 'desc').orderBy('id', 'desc').limit(limit).execute()
      return rows.map(({ flags: mask, ...row }) => ({ ...row, flags: flags.filter((_flag, bit) => mask & (1 << bit)) }))
    },

    async setTimes(installation, captures) {
      for (const [local, ids] of byDay(captures)) {
        const { offset, day, weekday } = local
        const wall = sql.lit(offset * 60_000 + sinceYearOne)
        await db
          .updateTable('captures')
          .set({ offset, day, weekday, minute: sql<number>`((taken + ${wall}) / 60000) % 1440` })
          .where('id', 'in', ids)
          .execute()
      }
      const left = new Map<number, number>()
      const reached = new Map<number, { weekday: number; count: number; hours: number; flags: number }>()
      for (const { before, local } of captures) {
        if (before.day === local.day) continue
        left.set(before.day, (left.get(before.day) ?? 0) + 1)
      }
      for (const { before, local } of captures) {
        const day = reached.get(local.day) ?? { weekday: local.weekday, count: 0, hours: 0, flags: 0 }
        if (before.day !== local.day) day.count += 1
        day.hours |= 2 ** Math.floor(local.minute / 60)
        for (const flag of before.flags) day.flags |= 1 << flags.indexOf(flag)
        reached.set(local.day, day)
      }
      for (const [day, { count, hours, flags: mask, weekday }] of reached) {
        await db
          .insertInto('captureDays')
          .values({ installation, day, weekday, count, hours, flags: mask })
          .onConflict((conflict) =>
            conflict.columns(['installation', 'day']).doUpdateSet({
              count: sql`capture_days.count + ${sql.lit(count)}`,
              hours: sql`capture_days.hours | ${sql.lit(hours)}`,
              flags: sql`capture_days.flags | ${sql.lit(mask)}`,
            }),
          )
          .execute()
      }
      for (const [day, count] of left) {
        await db
          .updateTable('captureDays')
          .set(({ eb }) => ({ count: eb('count', '-', count) }))
          .where('installation', '=', installation)
          .where('day', '=', day)
          .execute()
      }
      if (left.size === 0) return
      await db
        .deleteFrom('captureDays')
        .where('installation', '=', installation)
        .where('day', 'in', [...left.keys()])
        .where('count', '<=', 0)
        .execute()
    },
  }
}

/** Captures of one day and offset differ in their minutes only, and those the statement reckons. */
function byDay(captures: readonly { before: CaptureTimes; local: Local }[]): [Local, string[]][] {
  const groups = new Map<string, [Local, string[]]>()
  for (const { before, local } of captures) {
    const name = `${local.day} ${local.offset}`
    const group = groups.get(name) ?? [local, []]
    group[1].push(before.id)
    groups.set(name, group)
  }
  return [...groups.values()]
}
