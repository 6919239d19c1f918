/** A small HTTP server of somebody else: the source of cloud_file, the receiver of webhooks. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Origin {
  url: string
  received: Received[]
  /** Resolves with the first request (also a past one) that fits. */
  wait(fits: (request: Received) => boolean, ms?: number): Promise<Received>
  stop(): Promise<void>
}

export async function startOrigin(answer: (request: Received, response: ServerResponse) => void): Promise<Origin> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        const { method = '', url = '', headers } = request
        const seen = { method, path: url, headers, body }
        received.push(seen)
        answer(seen, response)
        for (const look of waiting) look()
      },
      () => response.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    wait: (fits, ms = 20_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the request did not come')), ms)
        const look = () => {
          const found = received.find(fits)
          if (found === undefined) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
