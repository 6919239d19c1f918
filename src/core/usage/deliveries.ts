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
  /** The counts of one kind of delivery on the day they are of: hot answers come by the thousand. */
  const kinds = new Map<string, { day: number; counts: readonly DailyCount[] }>()
  let timer: NodeJS.Timeout | undefined
  let writing = Promise.resolve()

  function dayFor(project: string, day: number): Day | undefined {
    const key = `${project} ${day}`
    const known = days.get(key)
    if (known !== undefined || days.size >= most) return known
    const fresh = { project, day, counts: new Map() }
    days.set(key, fresh)
    return fresh
  }

  function countOf({ counts }: Day, group: DailyCount['group'], name: string): DailyCount {
    const key = `${group} ${name}`
    const known = counts.get(key)
    if (known !== undefined) return known
    const fresh = { group, name, count: 0, bytes: 0 }
    counts.set(key, fresh)
    return fresh
  }

  /** Undefined: of no project, or of too many. */
  function countsOf({ project, status, cached, type }: Delivery, today: number): readonly DailyCount[] | undefined {
    const day = isProjectId(project) ? dayFor(project, today) : undefined
    return (
      day && [
        countOf(day, 'total', ''),
        countOf(day, 'status', String(status)),
        countOf(day, 'cache', cached === undefined ? 'error' : cached ? 'hit' : 'miss'),
        // As uploads have any: what stands behind it is not kept, and it is cut.
        ...(type === undefined ? [] : [countOf(day, 'format', type.split(';', 1)[0]?.slice(0, 100) ?? '')]),
      ]
    )
  }

  async function write(): Promise<void> {
    const taken = [...days.values()]
    days = new Map()
    kinds.clear()
    for (const day of taken) {
      try {
        if ((await store.read.projects.find(day.project)) === undefined) continue
        await store.tx((tx) => countUsage(tx, day.project, day.day, [...day.counts.values()]))
      } catch (err) {
        log.warn({ err }, 'deliveries could not be counted yet')
        const later = days.get(`${day.project} ${day.day}`)
        if (later === undefined) days.set(`${day.project} ${day.day}`, day)
        else
          for (const { group, name, count, bytes } of day.counts.values())
            add(countOf(later, group, name), count, bytes)
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
    count(delivery) {
      const { project, status, bytes, cached, type } = delivery
      const today = dayOf(clock.now())
      const kind = `${project} ${status} ${cached} ${type}`
      const known = kinds.get(kind)
      const counts = known?.day === today ? known.counts : countsOf(delivery, today)
      if (counts === undefined) return
      if (counts !== known?.counts && kinds.size < most) kinds.set(kind, { day: today, counts })
      for (const one of counts) add(one, 1, bytes)
      schedule()
    },
    flush,
    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}

function add(to: DailyCount, count: number, bytes: number): void {
  to.count += count
  to.bytes += bytes
}
