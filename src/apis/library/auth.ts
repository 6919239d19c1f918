/** Who asks (media-library-api.md section 2.1): HTTP Basic with the private key as user name. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { DomainError } from '../../core/errors.ts'
import type { PairLookup } from '../../core/keys/keys.ts'
import type { KeyOfProject } from '../../core/keys/records.ts'
import { signalOf } from '../../http/signal.ts'
import type { LibraryApi } from './endpoint.ts'

/** @throws DomainError unauthenticated (no key: 401), forbidden (a key that is not acceptable: 403) */
export async function identify(api: LibraryApi, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  const [first, second] = privateKeysOf(request.headers.authorization)
  if (first === undefined) {
    throw new DomainError('unauthenticated', 'Your request does not contain private API key.', {
      param: 'Authorization',
    })
  }
  let found = await api.keys.findPairBySecret(first)
  if (found.state === 'unknown' && second !== undefined) found = await api.keys.findPairBySecret(second)
  const origin = originOf(request)
  return { ...acceptPair(found, 'private'), requestId: request.id, origin, signal: signalOf(reply) }
}

/**
 * The pair that a request names by its private or its public key.
 * @throws DomainError forbidden, with section 3.3's sentence for what is wrong
 */
export function acceptPair(found: PairLookup, by: 'private' | 'public'): KeyOfProject {
  if (found.state === 'valid') return { key: found.key, project: found.project }
  const param = by === 'private' ? 'Authorization' : 'publicKey'
  throw new DomainError('forbidden', sentences[found.state](by), { param })
}

const sentences = {
  unknown: () => 'Your account cannot be authenticated.',
  // What was taken out of use looks like what never was.
  disabled: () => 'Your account cannot be authenticated.',
  expired: (by: string) => `Your request contains expired ${by} API key.`,
  project_disabled: () => 'Your account is disabled.',
}

/**
 * What may be the private key in an Authorization header, the likeliest first; none: there is no key. The password is
 * ignored, clients send anything for it; the key may stand behind `Basic` as it is, and then look like Base64 by chance.
 */
export function privateKeysOf(header: string | undefined): string[] {
  const given = /^Basic\s+(\S+)\s*$/i.exec(header ?? '')?.[1]
  if (given === undefined) return []
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(given) ? Buffer.from(given, 'base64').toString('utf8') : ''
  // "<nothing>:" in Base64 is no key at all.
  if (decoded.startsWith(':')) return []
  const encoded = decoded.includes(':') || /^[\x21-\x7e]+$/.test(decoded) ? [userOf(decoded)] : []
  return [...encoded, userOf(given)].filter((key) => key !== '')
}

const userOf = (credentials: string) => credentials.split(':', 1)[0] ?? ''

/** Scheme and authority that the request came to. */
export const originOf = ({ protocol, host }: FastifyRequest) => `${protocol}://${host}`
