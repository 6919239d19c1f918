/** Counters in the memory of this process: for windows so short that a restart may forget them. */
import type { LimitPolicy } from '../../core/limits/records.ts'
import type { Clock, LimitStore } from '../../core/ports.ts'
import { createMemorySlots } from './memory-slots.ts'
import { only } from './sliding.ts'
import { countAll, stateOf, type Window, windowOf } from './window.ts'

export interface MemoryLimitsOptions {
  clock: Clock
  /** Counters kept at most; beyond it ended windows go first, then the oldest. Default 100,000. */
  maxCounters?: number
}

interface Counter {
  start: number
  ends: number
  used: number
}

export function createMemoryLimits({ clock, maxCounters = 100_000 }: MemoryLimitsOptions): LimitStore {
  /** By name and window length; oldest window first, as a new window is inserted anew. */
  const counters = new Map<string, Counter>()
  const slots = createMemorySlots(clock, maxCounters)

  function makeRoom(now: number): void {
    for (const [key, { ends }] of counters) if (ends <= now) counters.delete(key)
    // Still full: a tenth goes at once, so that not every hit has to look.
    let excess = counters.size - 0.9 * maxCounters
    for (const key of counters.keys()) {
      if (excess <= 0) break
      counters.delete(key)
      excess -= 1
    }
  }

  const keyOf = ({ windowMs }: LimitPolicy, { name }: Window) => `${windowMs}:${name}`

  function counterOf(policy: LimitPolicy, window: Window, now: number): Counter {
    const key = keyOf(policy, window)
    const known = counters.get(key)
    if (known?.start === window.start) return known
    counters.delete(key)
    if (counters.size >= maxCounters) makeRoom(now)
    const fresh = { start: window.start, ends: window.ends, used: 0 }
    counters.set(key, fresh)
    return fresh
  }

  return {
    async hit(bucket, policy, cost = 1) {
      if (policy.kind === 'sliding') return only(slots.take([{ bucket, policy, cost }]))
      const now = clock.now()
      const window = windowOf(bucket, policy, now)
      const counter = counterOf(policy, window, now)
      const allowed = counter.used + cost <= policy.max
      if (allowed) counter.used += cost
      return stateOf(policy, window, counter.used, allowed)
    },

    async hitAll(hits) {
      if (hits.every(({ policy }) => policy.kind === 'sliding')) return slots.take(hits)
      const now = clock.now()
      return countAll(
        hits.map(({ bucket, policy }) => {
          const window = windowOf(bucket, policy, now)
          return { policy, window, counter: counterOf(policy, window, now) }
        }),
      )
    },

    async giveBack(hits) {
      for (const { bucket, policy, resetAt } of hits) {
        const window = windowOf(bucket, policy, resetAt - 1)
        const counter = counters.get(keyOf(policy, window))
        if (counter?.start === window.start && counter.used > 0) counter.used -= 1
      }
    },

    async close() {
      slots.clear()
      counters.clear()
    },
  }
}
