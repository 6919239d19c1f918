/** Rate limits per project and endpoint (media-library-api.md section 3.1), with the headers of the window nearest to spent. */
import type { FastifyReply } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { DomainError } from '../../core/errors.ts'
import type { LimitPolicy, LimitState } from '../../core/limits/records.ts'
import type { Endpoint, EndpointContext, LibraryApi } from './endpoint.ts'

/** Thirty days: windows are of equal length. */
const monthMs = 30 * 86_400_000

/** The windows of an endpoint; none: its requests are not counted. */
function policiesOf({ rates }: Pick<LibraryApi, 'rates'>, endpoint: Endpoint): LimitPolicy[] {
  // "the upload endpoints are not limited"
  if (endpoint.group === 'uploads') return []
  if (endpoint.level === 'read') {
    return [
      { name: 'library:second', windowMs: 1000, max: rates.readsPerSecond },
      { name: 'library:minute', windowMs: 60_000, max: rates.readsPerMinute },
    ]
  }
  return [{ name: 'library:second', windowMs: 1000, max: rates.writesPerSecond }]
}

/** Names what its requests are counted under. */
const bucketOf = ({ method, path }: Endpoint, project: string) => `${project}:${method} ${path}`

/** What an answer says when nothing was counted: of a request without a key, or with IMAGESTEAD_LIMITS=off. */
export function showLimits(api: LibraryApi, endpoint: Endpoint, reply: FastifyReply): void {
  const [policy] = policiesOf(api, endpoint)
  if (policy !== undefined) setHeaders(reply, policy, 0)
}

/** @throws DomainError rate_limited */
export async function limit(api: LibraryApi, endpoint: Endpoint, caller: Caller, reply: FastifyReply): Promise<void> {
  if (!api.limited) return
  const bucket = bucketOf(endpoint, caller.project.id)
  const policies = policiesOf(api, endpoint)
  const states = await api.limits.hitAll(policies.map((policy) => ({ bucket, policy })))
  let nearest: { policy: LimitPolicy; state: LimitState } | undefined
  for (const [at, state] of states.entries()) {
    const policy = policies[at]
    const nearer = nearest === undefined || share(state) < share(nearest.state)
    if (policy !== undefined && (nearer || !state.allowed)) nearest = { policy, state }
    if (!state.allowed) break
  }
  if (nearest === undefined) return
  const { policy, state } = nearest
  setHeaders(reply, policy, Math.max(0, state.resetAt - api.deps.clock.now()))
  if (state.allowed) return
  const every = policy.windowMs === 1000 ? 'second' : 'minute'
  throw new DomainError(
    'rate_limited',
    `You have made more than ${state.limit} requests to this endpoint in a ${every}; wait as Retry-After says.`,
    { retryAt: state.resetAt },
  )
}

/**
 * Counts one purge of the project's month, also one that comes with a renaming.
 * @returns when the next month begins (epoch milliseconds) if this one is used up; undefined: counted
 */
export async function takePurge(api: LibraryApi, { project }: Pick<Caller, 'project'>): Promise<number | undefined> {
  if (!api.limited) return undefined
  const state = await api.limits.hit(project.id, monthOfPurges(api))
  return state.allowed ? undefined : state.resetAt
}

/** Counts a purge that was asked for by itself, once it is known to be valid. @throws DomainError rate_limited */
export async function limitPurge({
  api,
  caller,
  reply,
}: Pick<EndpointContext, 'api' | 'caller' | 'reply'>): Promise<void> {
  const retryAt = await takePurge(api, caller)
  if (retryAt === undefined) return
  const policy = monthOfPurges(api)
  setHeaders(reply, policy, retryAt - api.deps.clock.now())
  throw new DomainError('rate_limited', `All ${policy.max} purges of this month (30 days) are used up.`, { retryAt })
}

const monthOfPurges = ({ rates }: Pick<LibraryApi, 'rates'>): LimitPolicy => ({
  name: 'library:purges',
  windowMs: monthMs,
  max: rates.purgesPerMonth,
})

const share = ({ remaining, limit: max }: LimitState) => remaining / max

function setHeaders(reply: FastifyReply, policy: LimitPolicy, resetMs: number): void {
  reply.raw.setHeader('X-RateLimit-Limit', policy.max)
  reply.raw.setHeader('X-RateLimit-Reset', resetMs)
  reply.raw.setHeader('X-RateLimit-Interval', policy.windowMs)
}
