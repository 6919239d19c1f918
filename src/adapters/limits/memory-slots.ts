/** Sliding windows in the memory of this process. */
import type { LimitState } from '../../core/limits/records.ts'
import type { Clock } from '../../core/ports.ts'
import { judge, type SlidingHit, slotsName } from './sliding.ts'

interface Slots {
  times: number[]
  ends: number
}

/** @param maxBuckets kept at most; beyond it ended windows go first, then those admitted longest ago */
export function createMemorySlots(clock: Clock, maxBuckets: number) {
  /** Longest without an admission first, as each inserts its bucket anew. */
  const buckets = new Map<string, Slots>()

  function makeRoom(now: number): void {
    for (const [name, { ends }] of buckets) if (ends <= now) buckets.delete(name)
    // Still full: a tenth goes at once, so that not every hit has to look.
    let excess = buckets.size - 0.9 * maxBuckets
    for (const name of buckets.keys()) {
      if (excess <= 0) break
      buckets.delete(name)
      excess -= 1
    }
  }

  function keep(name: string, slots: Slots, now: number): void {
    buckets.delete(name)
    if (buckets.size >= maxBuckets) makeRoom(now)
    buckets.set(name, slots)
  }

  return {
    /** All or nothing. */
    take(hits: readonly SlidingHit[]): LimitState[] {
      const now = clock.now()
      const judged = hits.map((hit) => ({
        name: slotsName(hit),
        verdict: judge(buckets.get(slotsName(hit))?.times ?? [], hit, now),
      }))
      const all = judged.every(({ verdict }) => verdict.admitted !== undefined)
      return judged.map(({ name, verdict: { admitted, refused } }) => {
        // Nothing changes by asking.
        if (!all || admitted === undefined || admitted.times.length === 0) return refused
        keep(name, admitted, now)
        return admitted.state
      })
    },

    clear: () => buckets.clear(),
  }
}
