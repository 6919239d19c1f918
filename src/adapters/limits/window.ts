/** Windows that start at multiples of their length, or with the calendar month (UTC). */
import type { LimitPolicy, LimitState } from '../../core/limits/records.ts'

export interface Hit {
  bucket: string
  policy: LimitPolicy
}

export interface Window {
  /** Counter of this bucket under this policy. */
  name: string
  start: number
  ends: number
  lengthMs: number
}

export function windowOf(bucket: string, policy: LimitPolicy, now: number): Window {
  const [start, ends] = boundsOf(policy, now)
  return { name: `${policy.name}:${bucket}`, start, ends, lengthMs: ends - start }
}

function boundsOf({ kind, windowMs }: LimitPolicy, now: number): [start: number, ends: number] {
  if (kind === 'month') {
    const date = new Date(now)
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    return [Date.UTC(year, month), Date.UTC(year, month + 1)]
  }
  const start = now - (now % windowMs)
  return [start, start + windowMs]
}

/** @param used what the window holds after the hit, or instead of it when it was refused */
export function stateOf(policy: LimitPolicy, window: Window, used: number, allowed: boolean): LimitState {
  return { allowed, limit: policy.max, remaining: Math.max(0, policy.max - used), resetAt: window.ends }
}

/** One more on each of these counters, or on none. */
export function countAll(
  counted: readonly { policy: LimitPolicy; window: Window; counter: { used: number } }[],
): LimitState[] {
  const room = counted.map(({ policy, counter }) => counter.used < policy.max)
  if (room.every(Boolean)) for (const { counter } of counted) counter.used += 1
  return counted.map(({ policy, window, counter }, at) => stateOf(policy, window, counter.used, room[at] ?? false))
}
