/** The user's calls per minute and month (section 5), over all the user's keys; and the guard against guessing keys. */
import { isIPv6 } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import { type LimitPolicy, type LimitState, monthMs } from '../../core/limits/records.ts'
import type { User } from '../../core/projects/records.ts'
import type { SitesApi } from './endpoint.ts'

type Limits = Pick<SitesApi, 'limits' | 'limited' | 'calls'>

const windows = [
  { header: 'minute', policy: { name: 'site:minute', windowMs: 60_000 } },
  { header: 'month', policy: { name: 'site:month', windowMs: monthMs, kind: 'month' } },
] as const

/** What stands for no limit: a number that every client can hold. */
const boundless = 2_147_483_647

export interface CountedCall {
  /** The call does not count after all: the server failed. */
  giveBack(): Promise<void>
}

/**
 * Counts one call in both windows, or in none, and tells on the reply what is left.
 * @throws DomainError rate_limited
 */
export async function countCall(api: Limits, user: User, reply: FastifyReply): Promise<CountedCall> {
  const hits = hitsOf(api, user)
  const states = await api.limits.hitAll(hits)
  showLeft(api, user, reply, hits, states)
  const full = states.filter(({ allowed }) => !allowed)
  // Both spent: the month's.
  if (full.length > 0) throw exceeded(Math.max(...full.map(({ resetAt }) => resetAt)))
  return {
    async giveBack() {
      await api.limits.giveBack(hits.map((hit, at) => ({ ...hit, resetAt: states[at]?.resetAt ?? 0 })))
      const before = states.map((state) => ({ ...state, remaining: state.remaining + 1 }))
      showLeft(api, user, reply, hits, before)
    },
  }
}

export interface WindowState {
  limit: number
  remaining: number
  /** Epoch milliseconds; undefined: it has no limit. */
  resetAt: number | undefined
}

/** How a user's windows stand, after what was counted. */
export async function windowStates(api: Limits, user: User): Promise<Record<'minute' | 'month', WindowState>> {
  const hits = hitsOf(api, user)
  const states = await Promise.all(hits.map(({ bucket, policy }) => api.limits.hit(bucket, policy, 0)))
  const stateOf = (header: 'minute' | 'month') => {
    const at = hits.findIndex((hit) => hit.header === header)
    const { remaining, resetAt } = states[at] ?? {}
    const limit = limitOf(api, user, header) || boundless
    return { limit, remaining: remaining ?? limit, resetAt }
  }
  return { minute: stateOf('minute'), month: stateOf('month') }
}

/** 0: unlimited. */
function limitOf({ calls }: Limits, { siteMinute, siteMonth }: User, header: 'minute' | 'month'): number {
  return header === 'minute' ? (siteMinute ?? calls.minute) : (siteMonth ?? calls.month)
}

interface Hit {
  header: 'minute' | 'month'
  bucket: string
  policy: LimitPolicy
}

/** The windows that have a limit. */
function hitsOf(api: Limits, user: User): Hit[] {
  if (!api.limited) return []
  return windows.flatMap(({ header, policy }) => {
    const max = limitOf(api, user, header)
    return max === 0 ? [] : [{ header, bucket: user.id, policy: { ...policy, max } }]
  })
}

function showLeft(api: Limits, user: User, reply: FastifyReply, hits: Hit[], states: readonly LimitState[]): void {
  for (const { header } of windows) {
    const limit = limitOf(api, user, header) || boundless
    const state = states[hits.findIndex((hit) => hit.header === header)]
    reply.header(`x-ratelimit-limit-${header}`, limit)
    reply.header(`x-ratelimit-remaining-${header}`, state?.remaining ?? limit)
  }
}

/** Whose answer would be 401. @throws DomainError rate_limited: too many of those from this address */
export async function guardAddress({ limits, calls }: Limits, { ip }: FastifyRequest): Promise<void> {
  const policy: LimitPolicy = { name: 'site:address', windowMs: 60_000, max: calls.address, perNode: true }
  const { allowed, resetAt } = await limits.hit(networkOf(ip), policy)
  if (!allowed) throw exceeded(resetAt)
}

/** Of IPv6 the /64: whoever has one address there has them all. */
function networkOf(ip: string): string {
  if (!isIPv6(ip) || ip.includes('.')) return ip
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? []
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - groups.length - behind.length }, () => '0')
  return [...groups, ...zeros, ...behind].slice(0, 4).join(':')
}

/** @param retryAt epoch milliseconds of the first moment at which a call can succeed */
function exceeded(retryAt: number): DomainError {
  const date = new Date(retryAt).toUTCString()
  return new DomainError('rate_limited', `API rate limit exceeded. Please try again after ${date}.`, { retryAt })
}
