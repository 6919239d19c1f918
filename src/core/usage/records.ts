/** Usage: what a project used of something in one calendar month (UTC). One row each, kept after the month. */

export interface UsageOf {
  project: string
  /** What is counted; `files`: processed files. */
  metric: 'files'
  /** Epoch milliseconds of the month's first moment in UTC. */
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
