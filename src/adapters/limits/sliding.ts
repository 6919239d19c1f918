/** Sliding windows: at most `max` admissions in any stretch of the window's length. The times of the last ones decide. */
import { DomainError } from '../../core/errors.ts'
import type { LimitPolicy, LimitState } from '../../core/limits/records.ts'

export interface SlidingHit {
  bucket: string
  policy: LimitPolicy
  /** Default 1; 0 only asks. */
  cost?: number
}

export interface Verdict {
  /** As it is when nothing is counted. */
  refused: LimitState
  /** As it is when the hit is counted; undefined: there is no room for it. */
  admitted: { state: LimitState; times: number[]; ends: number } | undefined
}

/** @param times epoch milliseconds of earlier admissions, oldest first */
export function judge(times: readonly number[], { policy, cost = 1 }: SlidingHit, now: number): Verdict {
  const { windowMs } = policy
  // Another node's clock may be a little ahead: its admissions count until they are over by that clock. What lies further
  // ahead was written before a clock was set back, and would stop the bucket until it is there again.
  const known = times.filter((time) => time <= now + windowMs)
  const at = Math.max(now, ...known.slice(-1))
  const current = known.filter((time) => time > at - windowMs)
  const room = current.length + cost <= policy.max
  const after = [...current, ...Array.from({ length: cost }, () => at)]
  return {
    refused: { ...stateOf(policy, current, now), allowed: room },
    admitted: room
      ? { state: { ...stateOf(policy, after, now), allowed: true }, times: after, ends: at + windowMs }
      : undefined,
  }
}

function stateOf({ max, windowMs }: LimitPolicy, times: readonly number[], now: number): Omit<LimitState, 'allowed'> {
  // With all places taken, the one that frees first.
  const first = times.length < max ? undefined : times[times.length - max]
  return {
    limit: max,
    remaining: Math.max(0, max - times.length),
    resetAt: first === undefined ? now : first + windowMs,
  }
}

export const slotsName = ({ bucket, policy }: SlidingHit) => `${policy.name}:${bucket}`

/** The state of a single hit. */
export function only(states: readonly LimitState[]): LimitState {
  const [state] = states
  if (state === undefined) throw new DomainError('internal', 'A limit was asked for nothing.')
  return state
}
