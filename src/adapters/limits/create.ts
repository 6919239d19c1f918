/** Chooses where each policy's counters are kept. */
import type { LimitPolicy } from '../../core/limits/records.ts'
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
 * Exact: everything in the database, but for what each node counts for itself. Otherwise windows below a minute in
 * memory, of a minute in memory and written each second, longer ones in the database. Close it before the store: it
 * writes its last counts.
 */
export function createLimits({ store, clock, exact }: LimitsOptions): LimitStore {
  const database = createDatabaseLimits({ store, clock })
  const memory = createMemoryLimits({ clock })
  const writeBehind = exact ? undefined : createWriteBehindLimits({ store, clock })
  const homeOf = ({ windowMs, perNode = false }: LimitPolicy) =>
    perNode || (!exact && windowMs < minute) ? memory : database

  return {
    async hit(bucket, policy, cost) {
      const isMinute = policy.windowMs === minute && policy.kind !== 'sliding'
      const home = isMinute && writeBehind !== undefined ? writeBehind : homeOf(policy)
      return home.hit(bucket, policy, cost)
    },

    async hitAll(hits) {
      const [first] = hits
      return first === undefined ? [] : homeOf(first.policy).hitAll(hits)
    },

    async close() {
      await Promise.all([memory.close(), writeBehind?.close(), database.close()])
    },
  }
}
