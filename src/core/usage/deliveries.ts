/**
 * Counts what image URLs deliver, per project and day. Collected in memory and written a few seconds behind, one
 * transaction for each project: no request waits for it, and what a killed process had not written is lost.
 */

import type { Clock, MetadataStore } from '../ports.ts'
import { isProjectId } from '../projects/project-id.ts'
import { countUsage, type DailyCount, dayOf } from './daily.ts'

export interface Delivery {
  project: string
  status: number
  /** Of the body, as far as it was sent. */
  bytes: number
  /** It was not made for this request; undefined: nothing was delivered. */
  cached: boolean | undefined
  /** Media type of what was sent. */
  type?: string | undefined
}

export interface DeliveryUsage {
  count(delivery: Delivery): void
  /** Writes what was counted so far. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface DeliveryUsageOptions {
  store: MetadataStore
  clock: Clock
  log: { warn(fields: object, message: string): void }
}

const flushMs = 3000
/** Project days held; those that no project may have come from requests for anything. */
const most = 2000

export function createDeliveryUsage({ store, clock, log }: DeliveryUsageOptions): DeliveryUsage {
  interface Day {
    project: string
    day: number
    counts: Map<string, DailyCount>
  }
  let days = new Map<string, Day>()
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  function dayFor(project: string): Day | undefined {
    const day = dayOf(clock.now())
    const key = `${project} ${day}`
    const known = days.get(key)
    if (known !== undefined || days.size >= most) return known
    const fresh = { project, day, counts: new Map() }
    days.set(key, fresh)
    return fresh
  }

  function add({ counts }: Day, group: DailyCount['group'], name: string, count: number, bytes: number): void {
    const key = `${group} ${name}`
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { group, name, count, bytes })
    else {
      known.count += count
      known.bytes += bytes
    }
  }

  async function write(): Promise<void> {
    const taken = [...days.values()]
    days = new Map()
    for (const day of taken) {
      try {
        if ((await store.read.projects.find(day.project)) === undefined) continue
        await store.tx((tx) => countUsage(tx, day.project, day.day, [...day.counts.values()]))
      } catch (err) {
        log.warn({ err }, 'deliveries could not be counted yet')
        const later = days.get(`${day.project} ${day.day}`)
        if (later === undefined) days.set(`${day.project} ${day.day}`, day)
        else for (const { group, name, count, bytes } of day.counts.values()) add(later, group, name, count, bytes)
      }
    }
    if (days.size > 0) schedule()
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
    count({ project, status, bytes, cached, type }) {
      const day = isProjectId(project) ? dayFor(project) : undefined
      if (day === undefined) return
      add(day, 'total', '', 1, bytes)
      add(day, 'status', String(status), 1, bytes)
      add(day, 'cache', cached === undefined ? 'error' : cached ? 'hit' : 'miss', 1, bytes)
      // As uploads have any: what stands behind it is not kept, and it is cut.
      if (type !== undefined) add(day, 'format', type.split(';', 1)[0]?.slice(0, 100) ?? '', 1, bytes)
      schedule()
    },
    flush,
    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}
