/**
 * One request under an Idempotency-Key is worked on once: the first try claims the key in the database, repetitions wait
 * for its answer and get the same. A claim is a lease, so that a key does not stay taken when its node dies.
 */
import { createHmac } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import type { KeptAnswer } from './records.ts'

/** The right to answer; exactly one of its methods is called, once. */
export interface Claim {
  /** Keeps the answer for repetitions. */
  finish(fingerprint: string, answer: KeptAnswer): Promise<void>
  /** Nothing is kept: the next try is worked on as the first was. */
  release(): Promise<void>
}

export type Begun = { claim: Claim } | { fingerprint: string; answer: KeptAnswer }

export interface Idempotency {
  /**
   * Claims the key, or finds the answer that was given under it; waits a while for one that is being worked on.
   * @throws DomainError `idempotency_in_progress` when that takes too long; the signal's reason
   */
  begin(project: string, key: string, signal: AbortSignal): Promise<Begun>
  /** What tells requests apart: of no use without the master key, since bodies may hold secrets. */
  fingerprint(request: unknown): string
}

export interface IdempotencyOptions {
  store: MetadataStore
  clock: Clock
  /** For fingerprints. */
  secret: Buffer
  /** How long answers are kept. */
  keepMs?: number
  leaseMs?: number
  /** How long a repetition waits; longer than the lease, so that it takes over from a node that died. */
  waitMs?: number
  pollMs?: number
}

const day = 86_400_000

export function createIdempotency({
  store,
  clock,
  secret,
  keepMs = day,
  leaseMs = 15_000,
  waitMs = 20_000,
  pollMs = 100,
}: IdempotencyOptions): Idempotency {
  async function take(project: string, key: string): Promise<Claim | undefined> {
    const now = clock.now()
    const held = { project, key, claim: hexId(now) }
    const wanted = { ...held, leaseUntil: now + leaseMs, expires: now + keepMs }
    if (!(await store.tx((tx) => tx.idempotency.claim(wanted, now)))) return undefined
    const heartbeat = setInterval(() => {
      // A missed beat is made good by the next; a lost claim shows at the end.
      void store.tx((tx) => tx.idempotency.extend(held, clock.now() + leaseMs)).catch(() => undefined)
    }, leaseMs / 3)
    heartbeat.unref()
    return {
      async finish(fingerprint, answer) {
        clearInterval(heartbeat)
        await store.tx((tx) => tx.idempotency.finish(held, fingerprint, answer))
      },
      async release() {
        clearInterval(heartbeat)
        await store.tx((tx) => tx.idempotency.release(held))
      },
    }
  }

  return {
    async begin(project, key, signal) {
      const giveUpAt = performance.now() + waitMs
      for (;;) {
        const claim = await take(project, key)
        if (claim !== undefined) return { claim }
        const answered = await waitForAnswer(project, key, giveUpAt, signal)
        if (answered !== undefined) return answered
      }
    },

    fingerprint: (request) => createHmac('sha256', secret).update(canonical(request)).digest('hex'),
  }

  /** The answer, or undefined when the key may be claimed. */
  async function waitForAnswer(project: string, key: string, giveUpAt: number, signal: AbortSignal) {
    for (;;) {
      const record = await store.read.idempotency.find(project, key)
      const now = clock.now()
      if (record === undefined || record.expires <= now) return undefined
      const { fingerprint, answer, leaseUntil } = record
      if (fingerprint !== null && answer !== null) return { fingerprint, answer }
      if (leaseUntil <= now) return undefined
      if (performance.now() >= giveUpAt) {
        throw new DomainError(
          'idempotency_in_progress',
          'The first request with this Idempotency-Key is still being worked on; send it again later to get its answer.',
          { param: 'Idempotency-Key', retryAt: now + 5000 },
        )
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      signal.throwIfAborted()
    }
  }
}

/** JSON with the names of every object in order: clients need not keep theirs. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
