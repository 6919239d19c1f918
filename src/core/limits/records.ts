/** Rate limits: a policy counts costs in a fixed window; one LimitStore holds the counters. */

export interface LimitPolicy {
  /** Names the counter, e.g. `tasks:second`. */
  name: string
  /** Length of the window in milliseconds; windows start at multiples of it (UTC). */
  windowMs: number
  max: number
}

export interface LimitState {
  allowed: boolean
  limit: number
  /** How many are left in this window after this hit, never negative. */
  remaining: number
  /** Epoch milliseconds when the window ends. */
  resetAt: number
}

/** Counters kept in the database. */
export interface CounterRepository {
  /** Adds `cost` (may be 0) to the counter of this window and returns its new value; over `max` it adds nothing and returns undefined. */
  add(bucket: string, windowStart: number, windowMs: number, cost: number, max: number): Promise<number | undefined>
  read(bucket: string, windowStart: number, windowMs: number): Promise<number>
  /** Deletes counters whose window ended before `now`; returns how many. */
  sweep(now: number): Promise<number>
}
