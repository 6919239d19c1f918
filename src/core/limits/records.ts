/** Rate limits: a policy counts costs in a window; one LimitStore holds the counters. */

export interface LimitPolicy {
  /** Names the counter, e.g. `tasks:second`. */
  name: string
  /** Length of the window in milliseconds; of `month` the longest one's, `monthMs`. */
  windowMs: number
  max: number
  /**
   * `fixed` (the default): windows start at multiples of their length (UTC). `month`: the calendar month (UTC). `sliding`: at most `max` in ANY stretch of
   * `windowMs`; for small numbers, as each admission is remembered.
   */
  kind?: 'fixed' | 'month' | 'sliding'
  /** Each node counts for itself: guards of the node's own work, which are not worth a journey to the database. */
  perNode?: boolean
}

/** 31 days. */
export const monthMs = 2_678_400_000

export interface LimitState {
  allowed: boolean
  limit: number
  /** How many are left in this window after this hit, never negative. */
  remaining: number
  /** Epoch milliseconds when the window ends; of a sliding one when at least one more is free, now if one is. */
  resetAt: number
}

/** Admissions of sliding windows, kept in the database. */
export interface LimitSlotRepository {
  /** Like `lock`, without locking or making anything. */
  read(bucket: string): Promise<number[]>
  /** Epoch milliseconds of the last admissions, oldest first; the row (made when missing) stays locked until the transaction ends. */
  lock(bucket: string): Promise<number[]>
  /** @param ends when the last of them counts no more */
  keep(bucket: string, times: readonly number[], ends: number): Promise<void>
  /** Deletes rows that ended before `now`; returns how many. */
  sweep(now: number): Promise<number>
}

export interface CounterWindow {
  bucket: string
  windowStart: number
  windowMs: number
  max: number
}

/** Counters kept in the database. */
export interface CounterRepository {
  /** Adds `cost` (may be 0) to the counter of this window and returns its new value; over `max` it adds nothing and returns undefined. */
  add(bucket: string, windowStart: number, windowMs: number, cost: number, max: number): Promise<number | undefined>
  /**
   * One more on each of these counters or, where one of them is at its `max`, on none, in one statement; `values` are what
   * they hold then. Undefined: nothing was counted, as not all of them are there yet or the engine has no such statement.
   */
  addAll(windows: readonly CounterWindow[]): Promise<{ added: boolean; values: number[] } | undefined>
  read(bucket: string, windowStart: number, windowMs: number): Promise<number>
  /** Deletes counters whose window ended before `now`; returns how many. */
  sweep(now: number): Promise<number>
}
