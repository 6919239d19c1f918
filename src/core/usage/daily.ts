/**
 * What a project used on each day (UTC), in groups, for the Library API's usage and its analytics (media-library-api.md
 * section 12). Whoever delivers, tags or transcodes counts here; nothing is lost by adding several things at once.
 */
import type { Repositories } from '../ports.ts'

export const dailyGroups = [
  /** All deliveries: one row a day, its name is empty. */
  'total',
  /** Deliveries by name: `hit`, `miss`, `error`. */
  'cache',
  'browser',
  /** Two letters of ISO 3166. */
  'country',
  'device',
  /** Media type. */
  'format',
  /** HTTP status. */
  'status',
  'errorReason',
  /** URL prefix; `Default` for the default endpoint. */
  'urlEndpoint',
  /** Runs of an extension by its name. */
  'extension',
  /** Units by kind, in `count`: `extension`, `videoProcessing`. */
  'units',
] as const
export type DailyGroup = (typeof dailyGroups)[number]

export interface DailyCount {
  group: DailyGroup
  /** Within the group; keep the number of different names small. */
  name: string
  count: number
  bytes: number
}

export interface DailyUsageRepository {
  /** Adds to the project's day; several counts of one group and name in a call are not allowed. */
  add(project: string, day: number, counts: readonly DailyCount[]): Promise<void>
  /** Sums per group and name from day `from` to before day `to`, in no order. */
  sums(project: string, from: number, to: number): Promise<DailyCount[]>
}

export const dayMs = 86_400_000

/** First moment of the day, epoch milliseconds. */
export const dayOf = (now: number) => Math.floor(now / dayMs) * dayMs

/** Counts at the day of `now`. Rows are shared by all requests of a project: collect counts and add them now and then. */
export async function countUsage(
  tx: Pick<Repositories, 'dailyUsage'>,
  project: string,
  now: number,
  counts: readonly DailyCount[],
): Promise<void> {
  const merged = new Map<string, DailyCount>()
  for (const { group, name, count, bytes } of counts) {
    const key = `${group} ${name}`
    const before = merged.get(key) ?? { group, name, count: 0, bytes: 0 }
    merged.set(key, { ...before, count: before.count + count, bytes: before.bytes + bytes })
  }
  // In one order everywhere: two transactions never wait for each other's rows.
  const ordered = [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count)
  if (ordered.length > 0) await tx.dailyUsage.add(project, dayOf(now), ordered)
}
