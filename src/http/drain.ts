/** An early refusal reads a little of what is still coming, so that the client gets to see the answer, and then closes. */
import type { IncomingMessage } from 'node:http'

const maxBytes = 1024 * 1024
const maxMs = 1000

/** Discards up to 1 MiB of the unread body; the caller then answers with `Connection: close` if more was to come. */
export async function drainBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed || request.readableEnded) return
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) return
  if (Number(request.headers['content-length'] ?? 0) > 64 * maxBytes) return
  await new Promise<void>((resolve) => {
    let seen = 0
    const finish = () => {
      clearTimeout(timer)
      request.off('data', onData).off('end', finish).off('error', finish).off('close', finish)
      request.pause()
      resolve()
    }
    const onData = (chunk: Buffer) => {
      seen += chunk.length
      if (seen > maxBytes) finish()
    }
    const timer = setTimeout(finish, maxMs)
    request.on('data', onData).once('end', finish).once('error', finish).once('close', finish)
  })
}
