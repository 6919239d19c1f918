/** Rate limits per project (tasks-api.md section 12), with the headers of the window nearest to spent. */
import type { FastifyReply } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { DomainError } from '../../core/errors.ts'
import type { LimitPolicy, LimitState } from '../../core/limits/records.ts'
import type { TasksApi } from './endpoint.ts'

/** @throws DomainError rate_limited */
export async function limit(api: TasksApi, caller: Caller, reply: FastifyReply): Promise<void> {
  const now = api.deps.clock.now()
  if (!api.deps.limited) {
    // "headers stay, remaining = limit"
    setHeaders(
      reply,
      { allowed: true, limit: api.ratePerSecond, remaining: api.ratePerSecond, resetAt: now + 1000 },
      now,
    )
    return
  }
  const policies: LimitPolicy[] = [
    { name: 'tasks:second', windowMs: 1000, max: api.ratePerSecond },
    { name: 'tasks:minute', windowMs: 60_000, max: api.ratePerMinute },
  ]
  let nearest: LimitState | undefined
  for (const policy of policies) {
    const state = await api.limits.hit(caller.project.id, policy)
    if (nearest === undefined || state.remaining / state.limit < nearest.remaining / nearest.limit) nearest = state
    if (state.allowed) continue
    setHeaders(reply, state, now)
    throw new DomainError(
      'rate_limited',
      `More than ${state.limit} requests per ${policy.windowMs === 1000 ? 'second' : 'minute'}; wait as Retry-After says.`,
      {
        retryAt: state.resetAt,
      },
    )
  }
  if (nearest !== undefined) setHeaders(reply, nearest, now)
}

function setHeaders(reply: FastifyReply, state: LimitState, now: number): void {
  reply.raw.setHeader('X-Rate-Limit-Limit', state.limit)
  reply.raw.setHeader('X-Rate-Limit-Remaining', state.remaining)
  reply.raw.setHeader('X-Rate-Limit-Reset', Math.max(0, Math.ceil((state.resetAt - now) / 1000)))
}
