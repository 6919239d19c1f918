/** Counters in the database, exact over all nodes and restarts: one conditional upsert per hit. */
import type { Clock, LimitStore, MetadataStore } from '../../core/ports.ts'
import { stateOf, windowOf } from './window.ts'

export interface DatabaseLimitsOptions {
  store: MetadataStore
  clock: Clock
}

export function createDatabaseLimits({ store, clock }: DatabaseLimitsOptions): LimitStore {
  return {
    async hit(bucket, policy, cost = 1) {
      const window = windowOf(bucket, policy, clock.now())
      return store.tx(async ({ counters }) => {
        const used = await counters.add(window.name, window.start, policy.windowMs, cost, policy.max)
        if (used !== undefined) return stateOf(policy, window, used, true)
        return stateOf(policy, window, await counters.read(window.name, window.start, policy.windowMs), false)
      })
    },

    async close() {},
  }
}
