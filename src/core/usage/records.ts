/** Usage: what a project used of something in one calendar month (UTC), or uses now. One row each, kept after the month. */

export interface UsageOf {
  project: string
  /** What is counted; `files`: processed files; `storageBytes`: what the library holds now. */
  metric: 'files' | 'storageBytes'
  /** Epoch milliseconds of the month's first moment in UTC; 0 for what is no matter of months. */
  month: number
}

export interface UsageRepository {
  /** Adds `amount` and returns the new value; over `max` it adds nothing and returns undefined. Exact under parallel calls. */
  add(usage: UsageOf, amount: number, max: number): Promise<number | undefined>
  /** Takes back what was added and not used. */
  giveBack(usage: UsageOf, amount: number): Promise<void>
  /** 0 when nothing was added. */
  read(usage: UsageOf): Promise<number>
}
