/**
 * Pictures that took all the time there is, remembered for a moment: who asks meanwhile is told so at once, instead of
 * keeping a core busy for as long again.
 */
import { DomainError } from '../errors.ts'
import type { Clock } from '../ports.ts'

export interface Failures {
  /** @throws DomainError timed_out, with `retryAt`: it was tried lately */
  check(key: string): void
  /** Remembers what is worth it. */
  note(key: string, error: unknown): void
}

/** The machine may have been busy: not for long. */
const maxAgeMs = 30_000
/** Beyond it all are forgotten. */
const most = 1000

export function createFailures(clock: Clock): Failures {
  const known = new Map<string, { at: number; message: string }>()
  return {
    check(key) {
      const found = known.get(key)
      if (found === undefined) return
      const now = clock.now()
      const retryAt = found.at + maxAgeMs
      // A clock may be set back.
      if (found.at <= now && now < retryAt) throw new DomainError('timed_out', found.message, { retryAt })
      known.delete(key)
    },
    note(key, error) {
      if (!(error instanceof DomainError) || error.code !== 'timed_out') return
      if (known.size >= most) known.clear()
      known.set(key, { at: clock.now(), message: error.message })
    },
  }
}
