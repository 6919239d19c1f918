/**
 * The strict rates of the Scoring API (scoring-api.md section 9): in any second at most so many admissions per bucket.
 * A request over it may wait a little for a free place, first come first served on each node.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError } from '../errors.ts'
import type { Clock, LimitStore } from '../ports.ts'
import type { LimitPolicy, LimitState } from './records.ts'

export interface Take {
  /** What is counted by itself, e.g. `score:ck_01J…`. */
  bucket: string
  /** Admissions in any second. */
  max: number
}

export interface RateState {
  allowed: boolean
  limit: number
  /** How many are left now, never negative. */
  remaining: number
  /** Whole seconds until at least one place frees; 0 if one is free. */
  reset: number
  /** Epoch milliseconds when one frees; now if one is free. */
  retryAt: number
}

export interface Rates {
  /** One admission. Refused ones count nothing; it is for the caller to answer 429. */
  take(bucket: string, max: number, signal?: AbortSignal): Promise<RateState>
  /** One of each together, all or nothing; states in the order of `takes`. Admitted when every one says so. */
  takeAll(takes: readonly Take[], signal?: AbortSignal): Promise<RateState[]>
  /** How a bucket stands; nothing is counted. */
  peek(bucket: string, max: number): Promise<RateState>
  /** One admission counted by this node alone, and without waiting: for what protects the node's own work. */
  guard(bucket: string, max: number): Promise<RateState>
}

export interface RatesDeps {
  limits: LimitStore
  clock: Clock
  /** False (IMAGESTEAD_LIMITS=off): everything is admitted and nothing counted. */
  limited: boolean
  /** How long an admission may be waited for. */
  maxWaitMs: number
}

const windowMs = 1000
const policyOf = (max: number): LimitPolicy => ({ name: 'rate', windowMs, max, kind: 'sliding' })

export function createRates({ limits, clock, limited, maxWaitMs }: RatesDeps): Rates {
  /** By bucket: when all who came before have left, and how many they are. */
  const lines = new Map<string, { end: Promise<unknown>; length: number }>()

  const toRate = ({ allowed, limit, remaining, resetAt }: LimitState): RateState => ({
    allowed,
    limit,
    remaining,
    reset: Math.max(0, Math.ceil((resetAt - clock.now()) / 1000)),
    retryAt: resetAt,
  })
  const hitsOf = (takes: readonly Take[]) => takes.map(({ bucket, max }) => ({ bucket, policy: policyOf(max) }))
  const unlimited = (max: number) => toRate({ allowed: true, limit: max, remaining: max, resetAt: clock.now() })

  /** How things stand for somebody who could not wait until it was their turn. */
  async function refused(takes: readonly Take[]): Promise<RateState[]> {
    const states = await Promise.all(takes.map(({ bucket, max }) => limits.hit(bucket, policyOf(max), 0)))
    return states.map((state) => ({ ...toRate(state), allowed: false }))
  }

  /** Tries until there are places, or there will be none in time. */
  async function attempt(takes: readonly Take[], until: number, signal?: AbortSignal): Promise<RateState[]> {
    for (;;) {
      const states = await limits.hitAll(hitsOf(takes))
      const full = states.filter(({ allowed }) => !allowed)
      const waitMs = Math.max(1, ...full.map(({ resetAt }) => resetAt - clock.now()))
      if (full.length === 0 || performance.now() + waitMs > until) return states.map(toRate)
      await orCancelled(sleep(waitMs, undefined, signal === undefined ? {} : { signal }))
    }
  }

  /** Joins the lines of all buckets at once, so that nobody waits for each other, and leaves them however `work` ends. */
  async function inLine<T>(names: readonly string[], work: (ahead: Promise<unknown>) => Promise<T>): Promise<T> {
    const ahead = Promise.all(names.map((name) => lines.get(name)?.end))
    let leave = () => {}
    const left = new Promise<void>((resolve) => {
      leave = resolve
    })
    const end = Promise.all([ahead, left])
    for (const name of names) lines.set(name, { end, length: (lines.get(name)?.length ?? 0) + 1 })
    try {
      return await work(ahead)
    } finally {
      leave()
      for (const name of names) {
        const line = lines.get(name)
        if (line?.length === 1) lines.delete(name)
        else if (line !== undefined) line.length -= 1
      }
    }
  }

  async function takeAll(takes: readonly Take[], signal?: AbortSignal): Promise<RateState[]> {
    if (!limited) return takes.map(({ max }) => unlimited(max))
    if (maxWaitMs === 0) return (await limits.hitAll(hitsOf(takes))).map(toRate)
    const names = [...new Set(takes.map(({ bucket }) => bucket))]
    const isLong = ({ bucket, max }: Take) => (lines.get(bucket)?.length ?? 0) >= max * (1 + maxWaitMs / windowMs)
    // More than will be free in that time are before this one already.
    if (takes.some(isLong)) return refused(takes)
    const until = performance.now() + maxWaitMs
    return inLine(names, async (ahead) => {
      const controller = new AbortController()
      const given = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal])
      const late = orCancelled(sleep(maxWaitMs, 'late', { signal: given, ref: false }))
      try {
        if ((await Promise.race([ahead, late])) === 'late') return await refused(takes)
        return await attempt(takes, until, signal)
      } finally {
        late.catch(() => undefined)
        controller.abort()
      }
    })
  }

  return {
    takeAll,

    async take(bucket, max, signal) {
      const [state] = await takeAll([{ bucket, max }], signal)
      return state ?? unlimited(max)
    },

    async peek(bucket, max) {
      return limited ? toRate(await limits.hit(bucket, policyOf(max), 0)) : unlimited(max)
    },

    async guard(bucket, max) {
      if (!limited) return unlimited(max)
      return toRate(await limits.hit(bucket, { ...policyOf(max), name: 'guard', perNode: true }))
    },
  }
}

async function orCancelled<T>(waiting: Promise<T>): Promise<T> {
  try {
    return await waiting
  } catch (cause) {
    throw new DomainError('cancelled', 'The caller went away while the request waited for its turn.', { cause })
  }
}
