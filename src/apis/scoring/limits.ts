/** Strict rates per client-key and per account, and what every answer says of them (section 9); credits (section 10). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import type { RateState } from '../../core/limits/rates.ts'
import type { Reservation } from '../../core/users/credits.ts'
import type { Session } from '../../core/users/sessions.ts'
import type { BucketName, Call, ScoringApi } from './endpoint.ts'

/** Before a body is read. @throws DomainError rate_limited */
export async function guardAddress({ rates, maxima }: ScoringApi, { ip }: FastifyRequest): Promise<void> {
  const { allowed, retryAt } = await rates.guard(`scoring:${ip}`, maxima.address)
  if (allowed) return
  throw limited(`More than ${maxima.address} requests per second came from this address`, retryAt)
}

const accountBucket = ({ user }: Session) => `client-key:${user.id}`

/** What an answer says that comes before its call is counted. */
export async function showAccount({ rates, maxima }: ScoringApi, session: Session, reply: FastifyReply): Promise<void> {
  show(reply, [await rates.peek(accountBucket(session), maxima.clientKey)])
}

/** Counts a call about client-keys. @throws DomainError rate_limited */
export async function limitAccount(api: ScoringApi, session: Session, reply: FastifyReply): Promise<void> {
  const state = await api.rates.take(accountBucket(session), api.maxima.clientKey)
  show(reply, [state])
  if (state.allowed) return
  throw limited(`More than ${state.limit} calls about client-keys per second for this account`, state.retryAt)
}

/** Counts a call in all its buckets of the client-key, or in none. @throws DomainError rate_limited */
export async function limitKey(
  { rates, maxima }: ScoringApi,
  { buckets }: Call,
  key: string,
  { reply, signal }: { reply: FastifyReply; signal: AbortSignal },
): Promise<void> {
  const takes = buckets.map((name) => ({ bucket: `${name}:${key}`, max: maxima[name] }))
  const states = await rates.takeAll(takes, signal)
  show(reply, states)
  const full = states.findIndex(({ allowed }) => !allowed)
  const state = states[full]
  if (state === undefined) return
  const retryAt = Math.max(...states.filter(({ allowed }) => !allowed).map((each) => each.retryAt))
  throw limited(`More than ${state.limit} ${words[buckets[full] ?? 'score']} per second with this client-key`, retryAt)
}

const words: Record<BucketName, string> = { score: 'scores', label: 'labels', sort: 'sorts' }

/** Sets a call's credits aside; the answer says what is left. @throws DomainError quota_exceeded */
export async function reserve(
  { credits }: ScoringApi,
  { user }: Session,
  cost: number,
  reply: FastifyReply,
): Promise<Reservation> {
  try {
    const reservation = await credits.reserve(user, cost)
    showCredits(reply, reservation.remaining())
    return reservation
  } catch (error) {
    const left = error instanceof DomainError ? error.extra?.creditsRemaining : undefined
    if (typeof left === 'number') showCredits(reply, left)
    throw error
  }
}

/** Nothing of accounts without a bound. */
export function showCredits(reply: FastifyReply, remaining: number | null): void {
  if (remaining !== null && !reply.raw.headersSent) reply.raw.setHeader('X-Credits-Remaining', remaining)
}

/** Of several buckets the one nearest to spent. */
function show(reply: FastifyReply, states: readonly RateState[]): void {
  const [nearest] = states.toSorted((one, other) => share(one) - share(other) || other.reset - one.reset)
  if (nearest === undefined || reply.raw.headersSent) return
  reply.raw.setHeader('X-RateLimit-Limit', nearest.limit)
  reply.raw.setHeader('X-RateLimit-Remaining', nearest.remaining)
  reply.raw.setHeader('X-RateLimit-Reset', nearest.reset)
}

const share = ({ allowed, remaining, limit }: RateState) => (allowed ? remaining / limit : -1)

const limited = (why: string, retryAt: number) =>
  new DomainError('rate_limited', `${why}; wait as long as Retry-After says.`, { retryAt })
