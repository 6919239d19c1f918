/** What a request tells besides its URL: what it takes, where it comes from, and whether it still waits. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../../core/delivery/access.ts'
import { acceptedFormats, readHints } from '../../core/delivery/negotiate.ts'
import type { Wishes } from '../../core/delivery/plan.ts'
import { DomainError } from '../../core/errors.ts'
import { addressMatches, pageHost } from '../../http/client-filters.ts'

export function wishesOf({ headers }: FastifyRequest): Wishes {
  return {
    accepts: acceptedFormats(headers.accept ?? ''),
    hints: readHints((name) => {
      const value = headers[name]
      return Array.isArray(value) ? value[0] : value
    }),
  }
}

export function clientOf(request: FastifyRequest): Client {
  return {
    within: (ranges) => addressMatches(ranges, request.ip),
    page: pageHost(request.headers),
    agent: request.headers['user-agent'] ?? '',
  }
}

/** Aborted when the client goes away. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new DomainError('cancelled', 'The client closed the connection.'))
  })
  return gone.signal
}
