/**
 * Counts the calls of the Sites API by user, day (UTC) and function. Collected in memory and written within a second: no
 * call waits for it, and what a killed process had not written is lost.
 */
import type { Clock, MetadataStore } from '../ports.ts'
import { dayOf } from '../usage/daily.ts'

/** Of a user and day. */
export interface FunctionCalls {
  /** `photos.list` */
  function: string
  version: number
  calls: number
}

export interface SiteUsageRow extends FunctionCalls {
  user: string
  /** First moment of the day, epoch milliseconds. */
  day: number
}

export interface SiteUsageRepository {
  /** Adds to what is there; each row once. */
  add(rows: readonly SiteUsageRow[]): Promise<void>
  /** Days from `from` to `to`, both inclusive, in order of day, function and version. */
  days(user: string, from: number, to: number): Promise<SiteUsageRow[]>
}

export interface SiteUsage {
  count(user: string, called: { function: string; version: number }): void
  /** With every call that this node has counted; of other nodes up to a second is missing. */
  days(user: string, from: number, to: number): Promise<SiteUsageRow[]>
  close(): Promise<void>
}

export interface SiteUsageDeps {
  store: MetadataStore
  clock: Clock
  log: { warn(fields: object, message: string): void }
  /** Default 1000. */
  flushMs?: number
}

/** Rows of one transaction. */
const batch = 500

export function createSiteUsage({ store, clock, log, flushMs = 1000 }: SiteUsageDeps): SiteUsage {
  let rows = new Map<string, SiteUsageRow>()
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  function add(counted: SiteUsageRow): void {
    const { user, day, function: name, version, calls } = counted
    const key = `${day} ${user} ${name} ${version}`
    const known = rows.get(key)
    if (known === undefined) rows.set(key, { ...counted })
    else known.calls += calls
  }

  async function write(): Promise<void> {
    // In one order everywhere: two transactions never wait for each other's rows.
    const taken = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
    rows = new Map()
    for (let first = 0; first < taken.length; first += batch) {
      const part = taken.slice(first, first + batch)
      try {
        await store.tx((tx) => tx.siteUsage.add(part))
      } catch (err) {
        log.warn({ err }, 'calls could not be counted yet')
        for (const row of part) add(row)
        schedule()
      }
    }
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), flushMs).unref()
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(write)
    return writing
  }

  return {
    count(user, { function: name, version }) {
      add({ user, day: dayOf(clock.now()), function: name, version, calls: 1 })
      schedule()
    },

    async days(user, from, to) {
      await flush()
      return store.read.siteUsage.days(user, from, to)
    },

    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}
