/**
 * What `imagestead sites` says to a server: the Sites API over HTTP and nothing else. Waits when it is told to
 * (`Retry-After`, as a date or in seconds), all requests together, and tries again what may go better.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, type ErrorCode } from '../../core/errors.ts'

export interface Request {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  /** Made anew for every try. */
  body?: () => Promise<RequestInit['body']>
  /** False: a link that holds its own right. */
  withKey?: boolean
}

export interface SitesServer {
  /** Without a slash at its end. */
  url: string
  /**
   * An answer below 400, or 416; its body is the caller's to read.
   * @param target a path below `/site`, or a whole link
   * @throws DomainError of any other answer, in the server's words
   */
  send(target: string, request?: Request): Promise<Response>
  json(target: string, request?: Request): Promise<Record<string, unknown>>
}

export interface ServerOptions {
  url: string
  key: string
  signal: AbortSignal
  /** Longest wait that a server may ask for; a spent month is told to the person instead. */
  maxWaitMs?: number
  say(line: string): void
}

const tries = 6
const firstPauseMs = 500
const longestPauseMs = 8000
const quarterHourMs = 15 * 60_000

export function sitesServer({ url, key, signal, maxWaitMs = quarterHourMs, say }: ServerOptions): SitesServer {
  /** Until then nobody sends anything: the limit is the user's, whatever asks. */
  let quietUntil = 0

  async function pause(untilMs: number, why: string): Promise<void> {
    if (untilMs - Date.now() > maxWaitMs) {
      throw new DomainError('rate_limited', `${why} Next try: ${new Date(untilMs).toISOString()}.`)
    }
    if (untilMs <= quietUntil) return
    quietUntil = untilMs
    say(`${why} Waiting until ${new Date(untilMs).toISOString()}.`)
  }

  async function once(target: string, { method = 'GET', headers, body, withKey = true }: Request): Promise<Response> {
    const whole = target.startsWith('/') ? `${url}/site${target}` : target
    const sent = await body?.()
    return fetch(whole, {
      method,
      redirect: 'manual',
      signal,
      headers: { ...(withKey ? { authorization: `apiKey ${key}` } : {}), accept: 'application/json', ...headers },
      ...(sent === undefined ? {} : { body: sent, duplex: 'half' }),
    } as RequestInit)
  }

  async function send(target: string, request: Request = {}): Promise<Response> {
    for (let left = tries - 1; ; left -= 1) {
      while (quietUntil > Date.now()) await sleep(quietUntil - Date.now(), undefined, { signal }).catch(() => undefined)
      signal.throwIfAborted()
      const tried = await once(target, request).catch((error: unknown) => error as Error)
      if (tried instanceof Response && (tried.status < 400 || tried.status === 416)) return tried
      signal.throwIfAborted()
      const failure = tried instanceof Response ? await failureOf(tried) : unreachable(url, tried)
      const asked = tried instanceof Response ? retryAfter(tried.headers.get('retry-after'), Date.now()) : undefined
      // A limit passes by itself: waiting for it is no try.
      if (failure.code === 'rate_limited' && asked !== undefined) {
        await pause(asked, failure.message)
        left += 1
        continue
      }
      if (left === 0 || !mayPass(tried)) throw failure
      if (asked !== undefined) await pause(asked, failure.message)
      else
        await sleep(Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - left)), undefined, {
          signal,
        }).catch(() => undefined)
    }
  }

  return {
    url,
    send,
    async json(target, request) {
      return (await (await send(target, request)).json()) as Record<string, unknown>
    },
  }
}

/** Network trouble, 408 and 5xx; of anything else the request is at fault. */
const mayPass = (tried: Response | Error) =>
  !(tried instanceof Response) || tried.status === 408 || tried.status === 429 || tried.status >= 500

/** Epoch milliseconds of `120` (seconds) or `Tue, 01 Jun 2021 00:00:00 GMT`; undefined: it says nothing. */
export function retryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  if (/^\d{1,9}$/.test(text.trim())) return now + Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(at, now)
}

const codes: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  415: 'unsupported_format',
  422: 'damaged_image',
  429: 'rate_limited',
}

async function failureOf(answer: Response): Promise<DomainError> {
  const body: unknown = await answer.json().catch(() => undefined)
  const error = (body as { error?: { message?: unknown; field?: unknown } } | undefined)?.error
  const message = typeof error?.message === 'string' ? error.message : `The server answered ${answer.status}.`
  const code = codes[answer.status] ?? (answer.status >= 500 ? 'unavailable' : 'invalid')
  return new DomainError(code, message, typeof error?.field === 'string' ? { param: error.field } : {})
}

const unreachable = (url: string, cause: Error) =>
  new DomainError('unavailable', `${url} cannot be reached: ${reasonOf(cause)}.`, { cause })

const reasonOf = ({ message, cause }: Error) => (cause instanceof Error ? cause.message || message : message)
