/** The range that a request asks of an answer, with the header of a refusal (RFC 9110 section 14). */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange } from '../core/ports.ts'
import { parseRange } from './ranges.ts'

/** @throws DomainError range_not_satisfiable, with the header that tells the size */
export function askedRange(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  { etag, modified, size }: { etag: string; modified: number; size: number },
): ByteRange | undefined {
  if (method === 'HEAD') return undefined
  const given = headers['if-range']
  const ifRange = Array.isArray(given) ? given[0] : given
  const isSameDate = ifRange !== undefined && ifRange === new Date(modified).toUTCString()
  try {
    return parseRange(headers.range, isSameDate ? undefined : ifRange, etag, size)
  } catch (error) {
    reply.header('content-range', `bytes */${size}`)
    throw error
  }
}
