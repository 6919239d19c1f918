/** When a camera is expected to make contact (site-photos-api.md section 7.2), and when it counts as lost. */
import type { Installation } from '../records.ts'
import { instantOf, localAt } from '../zones.ts'
import type { Camera, Schedule } from './records.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** Whether photos are due at this local minute of the day; both ends count. */
export function isActive({ active_from: from, active_to: to }: Schedule, minute: number): boolean {
  if (from === null || to === null) return true
  const [start, end] = [minuteOf(from), minuteOf(to)]
  return start <= end ? minute >= start && minute <= end : minute >= start || minute <= end
}

/** `ms`, or the next moment at which the active hours begin. */
function activeFrom(schedule: Schedule, timezone: string, ms: number): number {
  const { minute, offset } = localAt(timezone, ms)
  if (schedule.active_from === null || isActive(schedule, minute)) return ms
  const wall = ms + offset * minuteMs
  const start = wall - (wall % dayMs) + minuteOf(schedule.active_from) * minuteMs
  return instantOf(timezone, start > wall ? start : start + dayMs)
}

/**
 * The next contact is due one interval after the last; after a second one without it ("no_contact (2 x interval)") the
 * camera is lost. Hours outside the active ones do not count. Nobody waits for a camera that is switched off, in store, or
 * at an installation that is not active.
 */
export function expected(
  { schedule, enabled, seen, watched }: Pick<Camera, 'schedule' | 'enabled' | 'seen' | 'watched'>,
  place: Pick<Installation, 'timezone' | 'status'> | undefined,
): Pick<Camera, 'due' | 'lost'> {
  if (schedule === null || !enabled || place?.status !== 'active') return { due: null, lost: null }
  const interval = schedule.interval_minutes * minuteMs
  const due = activeFrom(schedule, place.timezone, Math.max(seen ?? 0, watched) + interval)
  return { due, lost: activeFrom(schedule, place.timezone, due + interval) }
}
