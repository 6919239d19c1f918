/** Whether this server can work on Scoring API requests now; the first of all checks (section 8: 503 and 502). */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import type { ScoringApi } from './endpoint.ts'

/** @throws DomainError unavailable, overloaded */
export type Ready = (request: FastifyRequest) => Promise<void>

const looking = /^\/v2\.[01]\/(score|label|analyze|batch)\/?$/
/** How long an answer of the database counts. */
const freshMs = 1000

export function createReady({ store, vision }: Pick<ScoringApi, 'store' | 'vision'>): Ready {
  let last: { at: number; ping: Promise<void> } | undefined

  /** One question at a time, whoever asks; what it said counts for a second. */
  function ping(): Promise<void> {
    const now = performance.now()
    if (last === undefined || now - last.at > freshMs) {
      last = { at: now, ping: store.ping().catch(notReady) }
      last.ping.catch(() => undefined)
    }
    return last.ping
  }

  return async (request) => {
    await ping()
    const path = (request.raw.url ?? '').split('?')[0] ?? ''
    if (looking.test(path)) await vision.check()
  }
}

/** Whatever it is: without its database the server can do nothing. */
function notReady(cause: unknown): never {
  if (cause instanceof DomainError && cause.code === 'unavailable') throw cause
  throw new DomainError('unavailable', 'The database does not answer. Try again in a moment.', { cause })
}
