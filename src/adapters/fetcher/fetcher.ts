/**
 * The guarded download of every URL that came from outside. Each hop of a redirect chain is read, resolved, checked and
 * connected to anew; size, time and encoding are bounded to the last byte.
 */
import { Readable } from 'node:stream'
import { DomainError } from '../../core/errors.ts'
import type { Fetched, Fetcher, FetchOptions } from '../../core/ports.ts'
import { parseAllowList } from './allow-list.ts'
import { capped } from './body.ts'
import { createGuard, type Guard, type Resolver } from './guard.ts'
import type { Hop } from './hop.ts'
import { createSystemResolver } from './lookups.ts'
import { badRedirect, cancelled, tooLarge, tooManyRedirects, tooSlow, transportError } from './refusals.ts'

export interface FetcherOptions {
  /** IMAGESTEAD_FETCH_ALLOW: hosts, `*.` wildcards, addresses and CIDRs that may be reached although private. */
  allow: readonly string[]
  userAgent: string
  /** Default: the system's. */
  resolver?: Resolver
}

const defaultRedirects = 3
const redirectStatuses = new Set([301, 302, 303, 307, 308])
/** What a request may carry to a host it was not meant for. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent', 'range', 'if-range'])
/** Set by us or by the connection. */
const reserved = new Set(['host', 'accept-encoding', 'connection', 'content-length', 'transfer-encoding', 'expect'])

interface Message {
  url: URL
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body: string | undefined
}

/** @throws invalid for a bad entry in `allow` */
export function createFetcher(options: FetcherOptions): Fetcher {
  const guard = createGuard(parseAllowList(options.allow), options.resolver ?? createSystemResolver())
  const running = new Set<AbortController>()

  async function fetch(text: string, wanted: FetchOptions): Promise<Fetched> {
    const { timeoutMs, signal, redirects = defaultRedirects } = wanted
    const url = guard.parse(text)
    if (signal?.aborted) throw cancelled(signal.reason)
    const stop = new AbortController()
    const onAbort = () => stop.abort(cancelled(signal?.reason))
    const deadline = setTimeout(() => stop.abort(tooSlow(timeoutMs)), timeoutMs)
    signal?.addEventListener('abort', onAbort)
    running.add(stop)
    const finish = () => {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', onAbort)
      running.delete(stop)
    }
    try {
      const message: Message = {
        url,
        method: wanted.method ?? 'GET',
        headers: {
          ...requestHeaders(wanted.headers, options.userAgent),
          ...(wanted.host === undefined ? {} : { host: wanted.host }),
        },
        body: wanted.body,
      }
      return await follow(guard, message, { ...wanted, redirects, stop: stop.signal, finish })
    } catch (error) {
      finish()
      throw error
    }
  }

  return {
    fetch,
    check(url) {
      guard.parse(url)
    },
    async close() {
      for (const stop of running) stop.abort(new DomainError('cancelled', 'The server is stopping.'))
    },
  }
}

interface Bounds extends FetchOptions {
  redirects: number
  stop: AbortSignal
  /** Called when the body has closed. */
  finish(): void
}

async function follow(guard: Guard, first: Message, bounds: Bounds): Promise<Fetched> {
  // The HTTP client is large; a server that fetches nothing does without.
  const { startHop } = await import('./hop.ts')
  let message = first
  for (let followed = 0; ; followed += 1) {
    const addresses = await unlessStopped(guard.addresses(message.url), bounds.stop)
    const hop = startHop({ ...message, addresses, connectMs: bounds.connectMs })
    try {
      const answer = await unlessStopped(hop.answer, bounds.stop)
      if (bounds.redirects === 0 || !redirectStatuses.has(answer.statusCode)) {
        return deliver(hop, answer, message.url, bounds)
      }
      if (followed === bounds.redirects) throw tooManyRedirects(bounds.redirects)
      message = redirected(guard, message, answer.statusCode, answer.headers.location)
      bounds.onRedirect?.(message.url.href)
      answer.body.on('error', () => {})
      hop.end()
    } catch (error) {
      hop.answer.then(
        (late) => late.body.on('error', () => {}),
        () => {},
      )
      hop.end()
      throw transportError(error)
    }
  }
}

/** Hands the answer over; the connection ends with its body. */
function deliver(
  hop: Hop,
  answer: Awaited<Hop['answer']>,
  url: URL,
  { maxBytes, exact, stop, finish }: Bounds,
): Fetched {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  if (maxBytes === 0) return { status: answer.statusCode, headers, url: url.href, body: unread(hop, answer, finish) }
  const encoding = headers['content-encoding']
  // A promise only: what counts is what comes.
  if (Number(headers['content-length']) > maxBytes) throw tooLarge(maxBytes)
  const body = capped(answer.body, encoding, { maxBytes, surplus: exact ? hop.surplus : undefined })
  if (encoding !== undefined) {
    delete headers['content-encoding']
    delete headers['content-length']
  }
  const onStop = () => body.destroy(stop.reason)
  stop.addEventListener('abort', onStop)
  body.once('close', () => {
    stop.removeEventListener('abort', onStop)
    hop.end()
    finish()
  })
  return { status: answer.statusCode, headers, url: url.href, body }
}

/** Nobody wants the bytes: the connection ends here, whatever was still to come. */
function unread(hop: Hop, answer: Awaited<Hop['answer']>, finish: () => void): Readable {
  answer.body.on('error', () => {}).destroy()
  hop.end()
  finish()
  return Readable.from([])
}

/** The next request of a chain. To another origin goes nothing that could be a credential. */
function redirected(guard: Guard, message: Message, status: number, location: unknown): Message {
  if (typeof location !== 'string' || location === '') throw badRedirect()
  const url = guard.parse(location, message.url)
  const keepsMethod = status === 307 || status === 308 || message.method === 'GET'
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (url.origin !== message.url.origin && !harmless.has(name) && name !== 'accept-encoding') continue
    if (!keepsMethod && name === 'content-type') continue
    headers[name] = value
  }
  return { url, headers, method: keepsMethod ? message.method : 'GET', body: keepsMethod ? message.body : undefined }
}

function requestHeaders(wanted: Record<string, string> = {}, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent, accept: '*/*' }
  for (const [name, value] of Object.entries(wanted)) {
    if (!reserved.has(name.toLowerCase())) headers[name.toLowerCase()] = value
  }
  return { ...headers, 'accept-encoding': 'identity' }
}

/** The promise, or the signal's reason as soon as it is aborted. */
async function unlessStopped<T>(promise: Promise<T>, stop: AbortSignal): Promise<T> {
  let onStop = () => {}
  const stopped = new Promise<never>((_, reject) => {
    onStop = () => reject(stop.reason)
  })
  if (stop.aborted) onStop()
  else stop.addEventListener('abort', onStop)
  try {
    return await Promise.race([promise, stopped])
  } finally {
    stop.removeEventListener('abort', onStop)
  }
}
