/** Servers on several loopback addresses for the fetcher's tests: canaries that must not be hit, origins that may. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DomainError, type ErrorCode } from '../../core/errors.ts'

export interface TestServer {
  port: number
  server: Server
  connections(): Promise<number>
  stop(): Promise<void>
}

/** Listens on `address`; a taken port rejects. */
export async function listen(address: string, handler: RequestListener, port = 0): Promise<TestServer> {
  const server = createServer(handler)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    server,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface Canaries {
  port: number
  addresses: string[]
  hits(): number
  stop(): Promise<void>
}

/** One port on 127.0.0.1, 127.0.0.2 and, where the machine has it, ::1; counts every connection. */
export async function listenCanaries(): Promise<Canaries> {
  for (let attempt = 0; ; attempt += 1) {
    let hits = 0
    const servers: TestServer[] = []
    const addresses: string[] = []
    try {
      for (const address of ['127.0.0.1', '127.0.0.2', '::1']) {
        const server = await listen(address, (_, response) => response.end('canary'), servers[0]?.port ?? 0).catch(
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return undefined
            throw error
          },
        )
        if (server === undefined) continue
        server.server.on('connection', () => {
          hits += 1
        })
        servers.push(server)
        addresses.push(address)
      }
      return {
        port: servers[0]?.port ?? 0,
        addresses,
        hits: () => hits,
        stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
      }
    } catch (error) {
      // Somebody else has the port on one of the addresses.
      await Promise.all(servers.map((server) => server.stop()))
      if (attempt === 9) throw error
    }
  }
}

/** The code of the DomainError that the promise fails with; anything else fails the test. */
export async function codeOf(promise: Promise<unknown>): Promise<ErrorCode> {
  return (await errorOf(promise)).code
}

export async function errorOf(promise: Promise<unknown>): Promise<DomainError> {
  const error = await promise.then(
    () => 'it succeeded',
    (thrown: unknown) => thrown,
  )
  if (error instanceof DomainError) return error
  throw new Error('expected a DomainError', { cause: error })
}

export async function synchronously(run: () => unknown): Promise<unknown> {
  return run()
}
