/** Counters in the database, exact over all nodes and restarts: one conditional upsert per hit, or a locked row of slots. */
import type { LimitState } from '../../core/limits/records.ts'
import type { Clock, LimitStore, MetadataStore } from '../../core/ports.ts'
import { judge, only, type SlidingHit, slotsName } from './sliding.ts'
import { stateOf, windowOf } from './window.ts'

export interface DatabaseLimitsOptions {
  store: MetadataStore
  clock: Clock
}

export function createDatabaseLimits({ store, clock }: DatabaseLimitsOptions): LimitStore {
  async function slide(hits: readonly SlidingHit[]): Promise<LimitState[]> {
    const named = hits.map((hit) => ({ hit, name: slotsName(hit) }))
    return store.tx(async ({ limitSlots }) => {
      const kept = new Map<string, number[]>()
      // In one order, so that two of them never wait for each other.
      for (const name of named.map(({ name }) => name).sort()) kept.set(name, await limitSlots.lock(name))
      // Read now: waiting for the rows may have taken a while.
      const now = clock.now()
      const judged = named.map(({ hit, name }) => ({ name, verdict: judge(kept.get(name) ?? [], hit, now) }))
      const all = judged.every(({ verdict }) => verdict.admitted !== undefined)
      if (all) {
        await Promise.all(
          judged.map(({ name, verdict: { admitted } }) =>
            admitted === undefined ? undefined : limitSlots.keep(name, admitted.times, admitted.ends),
          ),
        )
      }
      return judged.map(({ verdict: { admitted, refused } }) =>
        all && admitted !== undefined ? admitted.state : refused,
      )
    })
  }

  return {
    async hit(bucket, policy, cost = 1) {
      if (policy.kind === 'sliding') {
        const hit = { bucket, policy, cost }
        if (cost > 0) return only(await slide([hit]))
        return judge(await store.read.limitSlots.read(slotsName(hit)), hit, clock.now()).refused
      }
      const window = windowOf(bucket, policy, clock.now())
      return store.tx(async ({ counters }) => {
        const used = await counters.add(window.name, window.start, policy.windowMs, cost, policy.max)
        if (used !== undefined) return stateOf(policy, window, used, true)
        return stateOf(policy, window, await counters.read(window.name, window.start, policy.windowMs), false)
      })
    },

    hitAll: slide,

    async close() {},
  }
}
