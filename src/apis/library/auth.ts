/** Who asks (media-library-api.md section 2.1): HTTP Basic with the private key as user name. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import { DomainError } from '../../core/errors.ts'
import type { LibraryApi } from './endpoint.ts'

/** @throws DomainError unauthenticated (no key: 401), forbidden (a key that is not acceptable: 403) */
export async function identify(api: LibraryApi, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  const secret = privateKeyOf(request.headers.authorization)
  if (secret === undefined || secret === '') {
    throw new DomainError('unauthenticated', 'Your request does not contain private API key.', {
      param: 'Authorization',
    })
  }
  const pair = await api.keys.findPairBySecret(secret)
  if (pair === undefined) {
    throw new DomainError('forbidden', 'Your account cannot be authenticated.', { param: 'Authorization' })
  }
  return { ...pair, requestId: request.id, signal: signalOf(reply) }
}

/** The user name of Basic credentials, whatever the password; also the bare key after `Basic`. Undefined: none. */
export function privateKeyOf(header: string | undefined): string | undefined {
  const given = /^Basic\s+(\S+)\s*$/i.exec(header ?? '')?.[1]
  if (given === undefined) return undefined
  const decoded = Buffer.from(given, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  return colon === -1 ? given : decoded.slice(0, colon)
}

/** Aborted when the client goes away before the answer is sent. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new DomainError('cancelled', 'The client closed the connection.'))
  })
  return gone.signal
}
