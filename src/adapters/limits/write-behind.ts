/**
 * Counters in memory that are written to the database each second: for windows of a minute or a month in a single process,
 * not for sliding ones. A hit costs no transaction, and a restart (or a crash, but for its last second) does not give the
 * window back.
 */
import type { Clock, LimitStore, MetadataStore } from '../../core/ports.ts'
import { countAll, type Hit, stateOf, windowOf } from './window.ts'

export interface WriteBehindOptions {
  store: MetadataStore
  clock: Clock
  /** Default 1000. */
  flushMs?: number
}

interface Counter {
  name: string
  start: number
  windowMs: number
  used: number
  /** What the database has of `used`. */
  written: number
}

const keyOf = (name: string, start: number, lengthMs: number) => `${lengthMs}:${start}:${name}`

/** Counters written by one transaction. */
const batch = 200

export function createWriteBehindLimits({ store, clock, flushMs = 1000 }: WriteBehindOptions): LimitStore {
  const counters = new Map<string, Counter>()
  /** Counters being read for the first time, so that parallel hits share one. */
  const loading = new Map<string, Promise<Counter>>()
  const opened = clock.now()
  let flushing = Promise.resolve()

  async function load(key: string, name: string, start: number, windowMs: number): Promise<Counter> {
    // A window that began after this process did has nothing in the database.
    const written = start > opened ? 0 : await store.read.counters.read(name, start, windowMs)
    const counter = { name, start, windowMs, used: written, written }
    counters.set(key, counter)
    return counter
  }

  async function counterOf(name: string, start: number, windowMs: number): Promise<Counter> {
    const key = keyOf(name, start, windowMs)
    const known = counters.get(key)
    if (known !== undefined) return known
    let loaded = loading.get(key)
    if (loaded === undefined) {
      loaded = load(key, name, start, windowMs).finally(() => loading.delete(key))
      loading.set(key, loaded)
    }
    return loaded
  }

  async function countedOf({ bucket, policy }: Hit, now: number) {
    const window = windowOf(bucket, policy, now)
    return { policy, window, counter: await counterOf(window.name, window.start, window.lengthMs) }
  }

  async function write(): Promise<void> {
    const dirty = [...counters.values()].filter((counter) => counter.used !== counter.written)
    for (let first = 0; first < dirty.length; first += batch) {
      const part = dirty.slice(first, first + batch).map((counter) => ({ counter, used: counter.used }))
      await store.tx(async (repositories) => {
        for (const { counter, used } of part) {
          const { name, start, windowMs, written } = counter
          await repositories.counters.add(name, start, windowMs, used - written, Number.MAX_SAFE_INTEGER)
        }
      })
      for (const { counter, used } of part) counter.written = used
    }
    const now = clock.now()
    for (const [key, { start, windowMs }] of counters) if (start + windowMs <= now) counters.delete(key)
  }

  /** One after the other. A database that does not answer now gets the counts later. */
  function flush(): Promise<void> {
    flushing = flushing.then(write).catch(() => {})
    return flushing
  }

  const timer = setInterval(flush, flushMs)
  timer.unref()

  return {
    async hit(bucket, policy, cost = 1) {
      const window = windowOf(bucket, policy, clock.now())
      const counter = await counterOf(window.name, window.start, window.lengthMs)
      const allowed = counter.used + cost <= policy.max
      if (allowed) counter.used += cost
      return stateOf(policy, window, counter.used, allowed)
    },

    async hitAll(hits) {
      const now = clock.now()
      const counted = await Promise.all(hits.map((hit) => countedOf(hit, now)))
      return countAll(counted)
    },

    async giveBack(hits) {
      for (const { bucket, policy, resetAt } of hits) {
        const { name, start, lengthMs } = windowOf(bucket, policy, resetAt - 1)
        // One that is over was let go.
        const counter = counters.get(keyOf(name, start, lengthMs))
        if (counter !== undefined && counter.used > 0) counter.used -= 1
      }
    },

    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
