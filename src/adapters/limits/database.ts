/**
 * Counters in the database, exact over all nodes and restarts: one statement for a hit, and on PostgreSQL for several
 * together, but for the first of a window; a locked row of slots for windows that slide.
 */
import type { LimitState } from '../../core/limits/records.ts'
import type { Clock, LimitStore, MetadataStore } from '../../core/ports.ts'
import { judge, only, type SlidingHit, slotsName } from './sliding.ts'
import { type Hit, stateOf, windowOf } from './window.ts'

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

  async function countTogether(hits: readonly Hit[]): Promise<LimitState[]> {
    const now = clock.now()
    const asked = hits.map(({ bucket, policy }, at) => ({ at, policy, ...windowOf(bucket, policy, now) }))
    const counted = await store.alone.counters.addAll(
      asked.map(({ name, start, lengthMs, policy: { max } }) => {
        return { bucket: name, windowStart: start, windowMs: lengthMs, max: Math.min(max, Number.MAX_SAFE_INTEGER) }
      }),
    )
    if (counted !== undefined) {
      return asked.map((window) => {
        const used = counted.values[window.at] ?? 0
        return stateOf(window.policy, window, used, counted.added || used < window.policy.max)
      })
    }
    return store.tx(async ({ counters }) => {
      const add = (cost: number, { name, start, lengthMs, policy }: (typeof asked)[number]) =>
        counters.add(name, start, lengthMs, cost, policy.max)
      const added = await Promise.all(inOrder(asked).map(async (window) => ({ window, used: await add(1, window) })))
      const full = added.filter(({ used }) => used === undefined)
      const states = await Promise.all(
        added.map(async ({ window, used }) => {
          const { at, policy, name, start, lengthMs } = window
          if (full.length === 0 && used !== undefined) return { at, state: stateOf(policy, window, used, true) }
          // The rows are this transaction's until it ends: nobody saw what is taken back.
          if (used !== undefined) return { at, state: stateOf(policy, window, (await add(-1, window)) ?? used, true) }
          return { at, state: stateOf(policy, window, await counters.read(name, start, lengthMs), false) }
        }),
      )
      return states.sort((one, other) => one.at - other.at).map(({ state }) => state)
    })
  }

  /** So that two transactions never wait for each other's rows. */
  const inOrder = <Row extends { name: string; start: number }>(rows: readonly Row[]): Row[] =>
    rows.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.start - other.start))

  return {
    async hit(bucket, policy, cost = 1) {
      if (policy.kind === 'sliding') {
        const hit = { bucket, policy, cost }
        if (cost > 0) return only(await slide([hit]))
        return judge(await store.read.limitSlots.read(slotsName(hit)), hit, clock.now()).refused
      }
      const window = windowOf(bucket, policy, clock.now())
      const { alone, read } = store
      const used = await alone.counters.add(window.name, window.start, window.lengthMs, cost, policy.max)
      if (used !== undefined) return stateOf(policy, window, used, true)
      return stateOf(policy, window, await read.counters.read(window.name, window.start, window.lengthMs), false)
    },

    hitAll: (hits) => (hits.every(({ policy }) => policy.kind === 'sliding') ? slide(hits) : countTogether(hits)),

    async giveBack(hits) {
      const windows = inOrder(hits.map(({ bucket, policy, resetAt }) => windowOf(bucket, policy, resetAt - 1)))
      await store.tx(({ counters }) =>
        Promise.all(
          windows.map(({ name, start, lengthMs }) => counters.add(name, start, lengthMs, -1, Number.MAX_SAFE_INTEGER)),
        ),
      )
    },

    async close() {},
  }
}
