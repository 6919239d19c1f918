/** One request to one checked address: a connection of its own, pinned, and gone with the answer. */
import { isIP, type LookupFunction, Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'
import { parseAddress } from './addresses.ts'
import { holdEnd } from './end.ts'
import type { ResolvedAddress } from './guard.ts'
import { refusedAddress } from './refusals.ts'

export interface HopRequest {
  url: URL
  /** The only addresses that are connected to; the URL's host stays in TLS, and in the Host header unless `headers` has one. */
  addresses: ResolvedAddress[]
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body: string | undefined
  /** Longest time for the connection. */
  connectMs?: number | undefined
}

export interface Hop {
  answer: Promise<Dispatcher.ResponseData>
  /** Bytes that came with the last ones of the answer and are not of it any more. */
  surplus(): number
  /** Ends the connection, in whatever state it is. */
  end(): void
}

const defaultConnectMs = 10_000
/** Silence before or between the bytes of an answer. */
const idleMs = 15_000
const maxHeaderBytes = 16 * 1024

export function startHop({ url, addresses, method, headers, body, connectMs = defaultConnectMs }: HopRequest): Hop {
  let unread: Dispatcher.ResponseData['body'] | undefined
  const isUnread = () => unread !== undefined && !unread.destroyed && unread.readableLength > 0
  const connection = pinned(url, addresses, connectMs, isUnread)
  const client = new Client(url.origin, {
    connect: connection.connect,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    maxHeaderSize: maxHeaderBytes,
    pipelining: 0,
    allowH2: false,
  })
  const answer = client.request({ path: `${url.pathname}${url.search}`, method, headers, body: body ?? null })
  return {
    answer: answer.then((data) => {
      unread = data.body
      return data
    }),
    surplus: connection.surplus,
    end() {
      client.destroy().catch(() => {})
      connection.end()
    },
  }
}

/** Connects to the checked addresses whatever the name may mean by now, and makes sure afterwards. */
function pinned({ hostname }: URL, addresses: ResolvedAddress[], timeout: number, isUnread: () => boolean) {
  const [first] = addresses
  const lookup: LookupFunction = (_hostname, options, callback) => {
    if (options.all) callback(null, addresses)
    else if (first === undefined) callback(new Error('no address'), '', 0)
    else callback(null, first.address, first.family)
  }
  // Half open: else the socket is destroyed behind the end that is held back.
  const open = buildConnector({ lookup, timeout, maxCachedSessions: 0, allowHalfOpen: true })
  const known = new Set(addresses.map(({ address }) => normal(address)))
  // The client would take the Host header's.
  const servername = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : ''
  let socket: unknown
  let surplus = 0
  const connect: buildConnector.connector = (options, callback) => {
    // The client forgets a connection that is still being made; the connector gives it back.
    socket = open({ ...options, servername }, (...result) => {
      const [error, connected] = result
      if (error !== null) return callback(...result)
      if (!known.has(normal(connected.remoteAddress ?? ''))) {
        connected.destroy()
        return callback(refusedAddress(), null)
      }
      holdEnd(connected, isUnread)
      // The parser gives back what it did not read: at the end of the answer, when it has let the connection go.
      const { unshift } = connected
      connected.unshift = (chunk, encoding) => {
        if (connected.destroyed) surplus += chunk.length
        unshift.call(connected, chunk, encoding)
      }
      callback(...result)
    })
  }
  return {
    connect,
    surplus: () => surplus,
    end() {
      if (socket instanceof Socket) socket.destroy()
    },
  }
}

/** One spelling per address, without its zone. */
const normal = (address: string) => parseAddress(address.replace(/%.*$/, ''))?.toString()
