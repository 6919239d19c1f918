/** Chooses where each policy's counters are kept. */
import type { Clock, LimitStore, MetadataStore } from '../../core/ports.ts'
import { createDatabaseLimits } from './database.ts'
import { createMemoryLimits } from './memory.ts'
import { createWriteBehindLimits } from './write-behind.ts'

export interface LimitsOptions {
  store: MetadataStore
  clock: Clock
  /** True when several nodes share the store (PostgreSQL): every hit is counted there. */
  exact: boolean
}

const minute = 60_000

/**
 * Exact: everything in the database. Otherwise windows below a minute in memory, of a minute in memory and written each
 * second, longer ones in the database. Close it before the store: it writes its last counts.
 */
export function createLimits({ store, clock, exact }: LimitsOptions): LimitStore {
  const database = createDatabaseLimits({ store, clock })
  if (exact) return database
  const memory = createMemoryLimits({ clock })
  const writeBehind = createWriteBehindLimits({ store, clock })
  return {
    async hit(bucket, policy, cost) {
      if (policy.windowMs < minute) return memory.hit(bucket, policy, cost)
      if (policy.windowMs === minute) return writeBehind.hit(bucket, policy, cost)
      return database.hit(bucket, policy, cost)
    },

    async close() {
      await Promise.all([memory.close(), writeBehind.close(), database.close()])
    },
  }
}
