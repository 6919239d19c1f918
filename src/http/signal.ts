/** When the client goes away. */
import type { FastifyReply } from 'fastify'
import { DomainError } from '../core/errors.ts'

/** Aborted when the client goes away before the answer is sent. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const onClose = () => {
    if (!reply.raw.writableFinished) gone.abort(new DomainError('cancelled', 'The client closed the connection.'))
  }
  // It may have gone while its body was read.
  if (reply.raw.destroyed) onClose()
  else reply.raw.once('close', onClose)
  return gone.signal
}
