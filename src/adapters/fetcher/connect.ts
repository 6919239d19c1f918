/** Connections that go only to addresses which were checked: the name is resolved here, once, and the result is pinned. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import { DomainError } from '../../core/errors.ts'
import type { AddressRules } from './address.ts'
import { blockedAddress } from './target.ts'

export interface ResolvedAddress {
  address: string
  family: number
}

/** Resolves a host name to all its addresses. */
export type Resolver = (hostname: string) => Promise<ResolvedAddress[]>

const connectMs = 5000
/** A slow DNS answer holds a thread of the pool that files need too. */
const lookupsAtOnce = 2

export function guardedConnector(rules: AddressRules, resolver: Resolver = boundedLookup()): buildConnector.connector {
  const connect = buildConnector({ timeout: connectMs, autoSelectFamily: false })

  return (options, done) => {
    addressesOf(options.hostname, rules, resolver).then(
      (addresses) => tryInTurn(addresses, options, done),
      (error: Error) => done(error, null),
    )
  }

  /** The first address that answers. `host` stays the name: it is the Host header and what the certificate must say. */
  function tryInTurn(
    [address, ...rest]: string[],
    options: buildConnector.Options,
    done: buildConnector.Callback,
  ): void {
    connect({ ...options, hostname: address ?? '' }, (...outcome) => {
      if (outcome[0] !== null && rest.length > 0) tryInTurn(rest, options, done)
      else done(...outcome)
    })
  }
}

/** The addresses of a host that may be reached. @throws DomainError `fetch_failed` when there is none, or any is private */
async function addressesOf(hostname: string, rules: AddressRules, resolver: Resolver): Promise<string[]> {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = isIP(bare) === 0 ? (await resolve(bare, resolver)).map(({ address }) => address) : [bare]
  if (rules.allowsName(hostname)) return addresses
  // A name with one private address among public ones is an attempt, not a mistake.
  if (!addresses.every((address) => rules.allowsAddress(address))) throw blockedAddress()
  return addresses
}

async function resolve(hostname: string, resolver: Resolver): Promise<ResolvedAddress[]> {
  const unresolved = (cause?: unknown) =>
    new DomainError('fetch_failed', 'The host name of this URL has no address; check its spelling.', { cause })
  const addresses = await resolver(hostname).catch((cause: unknown) => {
    throw unresolved(cause)
  })
  if (addresses.length === 0) throw unresolved()
  return addresses.slice(0, 4)
}

function boundedLookup(): Resolver {
  let running = 0
  const waiting: (() => void)[] = []
  return async (hostname) => {
    if (running >= lookupsAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    try {
      return await lookup(hostname, { all: true })
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}
