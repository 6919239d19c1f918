/** Local times of captures, when their installation gets another zone: whole batches of rows; captures.ts has the counts follow. */
import { sql } from 'kysely'
import { type CaptureMark, type CaptureTimes, flags } from '../../core/sites/records.ts'
import type { Local } from '../../core/sites/zones.ts'
import type { Scope } from './schema.ts'

/** Milliseconds from the year 1 to 1970: what is before 1970 is divided like what is after. */
const sinceYearOne = 719_162 * 86_400_000

export interface CaptureTimesChange {
  before: CaptureTimes
  local: Local
}

export function createCaptureTimes({ db }: Scope) {
  return {
    async times(installation: string, after: CaptureMark | null, limit: number): Promise<CaptureTimes[]> {
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

    async move(captures: readonly CaptureTimesChange[]): Promise<void> {
      for (const [local, ids] of byDay(captures)) {
        const { offset, day, weekday } = local
        const wall = sql.lit(offset * 60_000 + sinceYearOne)
        await db
          .updateTable('captures')
          .set({ offset, day, weekday, minute: sql<number>`((taken + ${wall}) / 60000) % 1440` })
          .where('id', 'in', ids)
          .execute()
      }
    },
  }
}

/** Captures of one day and offset differ in their minutes only, and those the statement reckons. */
function byDay(captures: readonly CaptureTimesChange[]): [Local, string[]][] {
  const groups = new Map<string, [Local, string[]]>()
  for (const { before, local } of captures) {
    const name = `${local.day} ${local.offset}`
    const group = groups.get(name) ?? [local, []]
    group[1].push(before.id)
    groups.set(name, group)
  }
  return [...groups.values()]
}
