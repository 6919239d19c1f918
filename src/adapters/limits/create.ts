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
 * memory, of a minute and of a calendar month in memory and written each second, others in the database. What is counted
 * together has one of these homes. Close it before the store: it writes its last counts.
 */
export function createLimits({ store, clock, exact }: LimitsOptions): LimitStore {
  const database = createDatabaseLimits({ store, clock })
  const memory = createMemoryLimits({ clock })
  const writeBehind = exact ? undefined : createWriteBehindLimits({ store, clock })
  const homeOf = ({ windowMs, kind = 'fixed', perNode = false }: LimitPolicy): LimitStore => {
    if (perNode) return memory
    if (writeBehind === undefined) return database
    if (windowMs < minute) return memory
    return kind === 'month' || (kind === 'fixed' && windowMs === minute) ? writeBehind : database
  }

  return {
    hit: async (bucket, policy, cost) => homeOf(policy).hit(bucket, policy, cost),

    async hitAll(hits) {
      const [first] = hits
      return first === undefined ? [] : homeOf(first.policy).hitAll(hits)
    },

    async giveBack(hits) {
      const [first] = hits
      if (first !== undefined) await homeOf(first.policy).giveBack(hits)
    },

    async close() {
      await Promise.all([memory.close(), writeBehind?.close(), database.close()])
    },
  }
}
