/** Chooses where each policy's counters are kept. */
import type { LimitPolicy, LimitState } from '../../core/limits/records.ts'
import type { Clock, LimitStore, MetadataStore } from '../../core/ports.ts'
import { createDatabaseLimits } from './database.ts'
import { createMemoryLimits } from './memory.ts'
import type { Hit } from './window.ts'
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
 * memory, of a minute and of a calendar month in memory and written each second, others in the database. Close it before
 * the store: it writes its last counts.
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

  async function giveBack(hits: Parameters<LimitStore['giveBack']>[0]): Promise<void> {
    const homes = new Set(hits.map(({ policy }) => homeOf(policy)))
    await Promise.all([...homes].map((home) => home.giveBack(hits.filter(({ policy }) => homeOf(policy) === home))))
  }

  /** Counted in several places, one after the other: where one has no room, the others get back what they counted. */
  async function across(hits: readonly Hit[]): Promise<LimitState[]> {
    const states: LimitState[] = []
    for (const [at, { bucket, policy }] of hits.entries()) {
      const refused = states.some(({ allowed }) => !allowed)
      const state = await homeOf(policy).hit(bucket, policy, refused ? 0 : 1)
      if (!refused && !state.allowed) {
        await giveBack(hits.slice(0, at).map((hit, nth) => ({ ...hit, resetAt: states[nth]?.resetAt ?? 0 })))
      }
      states.push(state)
    }
    return states
  }

  return {
    hit: async (bucket, policy, cost) => homeOf(policy).hit(bucket, policy, cost),

    async hitAll(hits) {
      const homes = new Set(hits.map(({ policy }) => homeOf(policy)))
      const [home] = homes
      if (home === undefined) return []
      return homes.size === 1 ? home.hitAll(hits) : across(hits)
    },

    giveBack,

    async close() {
      await Promise.all([memory.close(), writeBehind?.close(), database.close()])
    },
  }
}
