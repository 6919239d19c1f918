/**
 * The guarded fetcher: the only way out of the server for a URL that came from outside. Scheme, address, redirects, size
 * and time are checked here; every connection goes to an address that was checked (reliability.md section E).
 */
import { Readable } from 'node:stream'
import { Agent, type Dispatcher, request } from 'undici'
import { DomainError } from '../../core/errors.ts'
import type { Fetched, Fetcher, FetchOptions } from '../../core/ports.ts'
import { createAddressRules } from './address.ts'
import { guardedConnector, type Resolver } from './connect.ts'
import { readTarget } from './target.ts'

export interface FetcherOptions {
  /** Hosts and CIDRs that may be reached although they are private. */
  allow: readonly string[]
  userAgent: string
  /** Default: the system's. */
  resolver?: Resolver
}

const maxHeaderBytes = 16 * 1024
const defaultRedirects = 3
const redirectStatuses = new Set([301, 302, 303, 307, 308])

export function createFetcher({ allow, userAgent, resolver }: FetcherOptions): Fetcher {
  const rules = createAddressRules(allow)
  const agent = new Agent({
    connect: guardedConnector(rules, resolver),
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: 1000,
    keepAliveMaxTimeout: 1000,
    connections: 16,
  })

  async function fetch(text: string, options: FetchOptions): Promise<Fetched> {
    const deadline = startDeadline(options)
    try {
      let url = readTarget(text, rules)
      let headers: Record<string, string> = {
        'user-agent': userAgent,
        accept: '*/*',
        'accept-encoding': 'identity',
        ...options.headers,
      }
      for (let left = options.redirects ?? defaultRedirects; ; left -= 1) {
        const answer = await send(url, headers, options, deadline.signal)
        const location = redirectOf(answer, options)
        if (location === undefined) return finish(url, answer, options, deadline)
        answer.body.on('error', () => undefined).destroy()
        if (left === 0)
          throw new DomainError('fetch_failed', 'The URL redirects too often; give the address that it leads to.')
        const next = readTarget(resolveLocation(location, url), rules)
        if (next.origin !== url.origin) headers = withoutCredentials(headers)
        url = next
      }
    } catch (error) {
      deadline.end()
      throw asFetchError(error, deadline)
    }
  }

  function send(url: URL, headers: Record<string, string>, options: FetchOptions, signal: AbortSignal) {
    return request(url, {
      dispatcher: agent,
      method: options.method ?? 'GET',
      headers,
      signal,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      ...(options.body === undefined ? {} : { body: options.body }),
    })
  }

  return {
    fetch,
    check(url) {
      readTarget(url, rules)
    },
    close: () => agent.destroy(),
  }
}

interface Deadline {
  signal: AbortSignal
  /** The time is up. */
  over(): boolean
  /** The caller gave up. */
  cancelled(): boolean
  end(): void
}

/** One clock from the call to the last byte, joined with the caller's own signal. */
function startDeadline({ timeoutMs, signal }: FetchOptions): Deadline {
  const abort = new AbortController()
  let over = false
  const timer = setTimeout(() => {
    over = true
    abort.abort()
  }, timeoutMs)
  const cancel = () => abort.abort()
  signal?.addEventListener('abort', cancel, { once: true })
  if (signal?.aborted) cancel()
  return {
    signal: abort.signal,
    over: () => over,
    cancelled: () => signal?.aborted ?? false,
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    },
  }
}

type Answer = Dispatcher.ResponseData

/** Where a GET is sent on to. A webhook's redirect is its answer: it is not followed. */
function redirectOf({ statusCode, headers }: Answer, { method = 'GET', redirects }: FetchOptions): string | undefined {
  if (!redirectStatuses.has(statusCode) || method !== 'GET' || redirects === 0) return undefined
  const { location } = headers
  if (typeof location === 'string' && location !== '') return location
  throw new DomainError('fetch_failed', `The URL answered with status ${statusCode} and without a usable Location.`)
}

function resolveLocation(location: string, base: URL): string {
  return URL.canParse(location, base.href) ? new URL(location, base).href : location
}

function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !/^(authorization|cookie|proxy-authorization)$/i.test(name))
  return Object.fromEntries(kept)
}

function finish(url: URL, answer: Answer, options: FetchOptions, deadline: Deadline): Fetched {
  const encoding = answer.headers['content-encoding']
  const length = Number(answer.headers['content-length'] ?? 0)
  const refuse = (error: DomainError): never => {
    answer.body.on('error', () => undefined).destroy()
    throw error
  }
  if (encoding !== undefined && encoding !== 'identity') {
    refuse(
      new DomainError('fetch_failed', `The URL answers with Content-Encoding ${encoding} although none was asked for.`),
    )
  }
  if (length > options.maxBytes) refuse(tooLarge(options.maxBytes))
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
  return { status: answer.statusCode, headers, url: url.href, body: capped(answer, options.maxBytes, deadline) }
}

/** The body under the caps of size and time; destroying it ends the connection. */
function capped({ body }: Answer, maxBytes: number, deadline: Deadline): Readable {
  async function* bytes() {
    let size = 0
    try {
      for await (const chunk of body) {
        size += (chunk as Buffer).length
        if (size > maxBytes) throw tooLarge(maxBytes)
        yield chunk as Buffer
      }
    } catch (error) {
      throw asFetchError(error, deadline)
    } finally {
      deadline.end()
      body.on('error', () => undefined).destroy()
    }
  }
  const stream = Readable.from(bytes(), { objectMode: false, highWaterMark: 256 * 1024 })
  // A body nobody began to read is not ended by the generator.
  stream.once('close', () => {
    deadline.end()
    body.on('error', () => undefined).destroy()
  })
  return stream
}

const tooLarge = (maxBytes: number) =>
  new DomainError('too_large', `The URL gives more than the ${maxBytes} bytes allowed; give a smaller file.`)

function asFetchError(error: unknown, deadline: Deadline): DomainError {
  if (error instanceof DomainError) return error
  if (deadline.over())
    return new DomainError('fetch_failed', 'The URL took too long to answer; the time allowed is over.', {
      cause: error,
    })
  if (deadline.cancelled()) return new DomainError('cancelled', 'The request was cancelled.', { cause: error })
  return new DomainError(
    'fetch_failed',
    'No complete answer could be had from the address of this URL; check that it serves the file.',
    {
      cause: error,
    },
  )
}
