/**
 * The Idempotency-Key header: an API's endpoint chain runs what creates something through `once`, so that a request that
 * is sent again gets the answer of its first try and creates nothing a second time.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, invalid } from '../core/errors.ts'
import type { Claim, Idempotency } from '../core/idempotency/idempotency.ts'
import type { KeptAnswer } from '../core/idempotency/records.ts'
import type { ApiModule } from './api-module.ts'
import { type BodyLimits, type OnFile, readBody } from './body.ts'
import { bodyDigest, digestBody } from './body-digest.ts'
import { fromFramework } from './framework-errors.ts'

export interface OnceOptions {
  idempotency: Idempotency
  request: FastifyRequest
  reply: FastifyReply
  project: string
  /** Aborted when the client goes away. */
  signal: AbortSignal
  limits: BodyLimits
  /** False: the endpoint ignores whatever body comes. */
  hasBody: boolean
  renderError: ApiModule['renderError']
  /** Fields that differ between tries of one request, such as one-time tokens. */
  changing?: readonly string[]
  /** Reads the body of a repetition to its end, for its digest; absent: as a form, or as text. */
  readWhole?: (drop: OnFile) => Promise<unknown>
}

/** Headers that belong to the answer itself; all others are of the request that is answered. */
const keptHeaders = ['content-type', 'location', 'x-should-retry']

/** Refusals that the request itself earned; after any other the same request may succeed, so nothing is kept. */
const kept = {
  invalid: true,
  unauthenticated: false,
  forbidden: false,
  not_found: true,
  method_not_allowed: false,
  conflict: true,
  locked: false,
  idempotency_mismatch: false,
  idempotency_in_progress: false,
  too_large: true,
  range_not_satisfiable: true,
  uri_too_long: false,
  headers_too_large: false,
  unsupported_media_type: true,
  request_timeout: false,
  rate_limited: false,
  quota_exceeded: false,
  overloaded: false,
  unavailable: false,
  storage_full: false,
  fetch_failed: false,
  damaged_image: true,
  no_image: true,
  unsupported_format: true,
  out_of_range: true,
  wrong_password: true,
  timed_out: false,
  cancelled: false,
  fenced: false,
  internal: false,
} satisfies Record<ErrorCode, boolean>

/**
 * Runs `run`, which reads the body and returns what is to be sent as JSON (undefined: 204), or answers what it returned
 * before. Without the header it just runs. A body that `run` did not read to its end keeps no answer.
 * @throws DomainError invalid (the key), idempotency_mismatch, idempotency_in_progress, and what `run` throws
 */
export async function once(options: OnceOptions, run: () => Promise<unknown>): Promise<unknown> {
  const { idempotency, request, reply, project, signal } = options
  const key = keyOf(request)
  if (key === undefined) return run()
  digestBody(request.raw)
  const begun = await idempotency.begin(project, key, signal)
  if ('claim' in begun) return runFirst(options, begun.claim, run)
  if (options.hasBody && bodyDigest(request.raw) === undefined) {
    const drop: OnFile = async ({ stream }) => {
      for await (const _chunk of stream);
    }
    await (options.readWhole?.(drop) ?? readBody(request.raw, options.limits, drop))
  }
  if (fingerprintOf(options) !== begun.fingerprint) {
    throw new DomainError(
      'idempotency_mismatch',
      'This Idempotency-Key was used for another request; send a key of its own with each request, and the same only to repeat it.',
      { param: 'Idempotency-Key' },
    )
  }
  const { status, headers, body } = begun.answer
  return reply
    .code(status)
    .headers(headers)
    .header('idempotency-replayed', 'true')
    .send(body ?? undefined)
}

async function runFirst(options: OnceOptions, claim: Claim, run: () => Promise<unknown>): Promise<unknown> {
  const { request, reply } = options
  try {
    const value = await run()
    await settle(options, claim, reply.sent ? undefined : answerOf(reply, value))
    return value
  } catch (thrown) {
    const error = fromFramework(thrown)
    await settle(options, claim, kept[error.code] ? refusalOf(options.renderError(error, request)) : undefined)
    throw thrown
  }
}

/** Keeps the answer, or gives the key up. Its failure changes no answer: the claim runs out by itself. */
async function settle(options: OnceOptions, claim: Claim, answer: KeptAnswer | undefined): Promise<void> {
  const { request } = options
  const complete = !options.hasBody || bodyDigest(request.raw) !== undefined
  try {
    if (answer === undefined || answer.status >= 500 || !complete) await claim.release()
    else await claim.finish(fingerprintOf(options), answer)
  } catch (error) {
    request.log.warn({ err: error }, 'the answer could not be kept for repetitions')
  }
}

function answerOf(reply: FastifyReply, value: unknown): KeptAnswer {
  const headers = only(reply.getHeaders())
  if (value === undefined) return { status: 204, headers, body: null }
  const type = 'application/json; charset=utf-8'
  return { status: reply.statusCode, headers: { 'content-type': type, ...headers }, body: JSON.stringify(value) }
}

function refusalOf({ status, headers = {}, body }: ReturnType<ApiModule['renderError']>): KeptAnswer {
  return { status, headers: only(headers), body: typeof body === 'string' ? body : JSON.stringify(body) }
}

function only(headers: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (keptHeaders.includes(name) ? [[name, `${value}`]] : [])),
  )
}

function fingerprintOf({ idempotency, request, changing = [] }: OnceOptions): string {
  const { fields = {}, files = [] } = bodyDigest(request.raw) ?? {}
  const lasting = Object.entries(fields).filter(([name]) => !changing.includes(name))
  const { method, url } = request.raw
  return idempotency.fingerprint({ method, url, fields: Object.fromEntries(lasting), files })
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(key)) return key
  throw invalid('Idempotency-Key', 'Idempotency-Key must have 1 to 255 printable ASCII characters, such as a UUID.')
}
