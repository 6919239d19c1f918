/** Counts an answer when it is sent, or as far as it was: for the usage of the project. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Outcome } from '../../core/renditions/stats.ts'
import type { DeliveryUsage } from '../../core/usage/deliveries.ts'

/** Call before anything is sent; returns what hears where a rendition came from. */
export function countWhenSent(
  usage: DeliveryUsage,
  project: string,
  { method, socket }: IncomingMessage,
  response: ServerResponse,
): (outcome: Outcome) => void {
  const before = socket.bytesWritten
  let cached = true
  response.once('close', () => {
    const length = response.getHeader('content-length')
    const whole = response.writableFinished && length !== undefined ? Number(length) : socket.bytesWritten - before
    const type = response.getHeader('content-type')
    const isSent = response.statusCode < 400
    const hasBody = method !== 'HEAD' && response.statusCode !== 304
    usage.count({
      project,
      status: response.statusCode,
      bytes: hasBody ? Math.max(0, whole) : 0,
      cached: isSent ? cached : undefined,
      ...(isSent && typeof type === 'string' ? { type } : {}),
    })
  })
  return (outcome) => {
    cached = outcome === 'memory' || outcome === 'store'
  }
}
