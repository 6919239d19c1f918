/** The calendar of an installation (site-photos-api.md section 7.4), from the counts that are kept by day. */
import { invalid } from '../errors.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { findInstallation } from './installations.ts'
import type { CaptureDay, Installation } from './records.ts'
import { dayIndexOf } from './zones.ts'

/** Asked for at once. */
export const maxDays = 400
/** By month. */
const maxMonthDays = 366 * 100

export interface CalendarMonth {
  /** `202105` */
  month: number
  count: number
  days: number
}

/**
 * Days with photos, ascending; both ends belong to it.
 * @throws DomainError `not_found`; `invalid`: too many days, or the end before the start
 */
export async function calendarOf(
  deps: Pick<SiteDeps, 'store' | 'clock'>,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
  { from, to, most = maxDays }: { from: number; to: number; most?: number },
): Promise<{ installation: Installation; days: CaptureDay[] }> {
  const installation = await findInstallation(deps, caller, id)
  const asked = dayIndexOf(to) - dayIndexOf(from) + 1
  if (asked < 1) throw invalid('to', 'to must not be before from.')
  if (asked > most) throw invalid('to', `At most ${most} days at once: to must be nearer to from.`)
  return { installation, days: await deps.store.read.captures.days(id, from, to) }
}

/** The same by month. */
export async function monthsOf(
  deps: Pick<SiteDeps, 'store' | 'clock'>,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
  span: { from: number; to: number },
): Promise<{ installation: Installation; months: CalendarMonth[] }> {
  const { installation, days } = await calendarOf(deps, caller, id, { ...span, most: maxMonthDays })
  const months: CalendarMonth[] = []
  for (const { day, count } of days) {
    const month = Math.floor(day / 100)
    const before = months.at(-1)
    if (before?.month === month) {
      before.count += count
      before.days += 1
    } else months.push({ month, count, days: 1 })
  }
  return { installation, months }
}
