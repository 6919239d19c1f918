/** The Scoring API's wording of errors (section 8): problem details, the same on every path of it. */
import { STATUS_CODES } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { DomainError, ErrorCode } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import type { RenderedError } from '../../http/api-module.ts'

/** Status, and the detail code of errors that name none themselves. */
const answers = {
  invalid: [400, 'invalid_request'],
  unauthenticated: [401, 'unauthenticated'],
  forbidden: [403, 'forbidden'],
  not_found: [404, 'not_found'],
  method_not_allowed: [405, 'method_not_allowed'],
  conflict: [400, 'conflict'],
  locked: [503, 'locked'],
  idempotency_mismatch: [400, 'idempotency_mismatch'],
  idempotency_in_progress: [503, 'idempotency_in_progress'],
  too_large: [413, 'too_large'],
  range_not_satisfiable: [400, 'range_not_satisfiable'],
  uri_too_long: [414, 'uri_too_long'],
  headers_too_large: [431, 'headers_too_large'],
  unsupported_media_type: [415, 'content_type_unsupported'],
  request_timeout: [408, 'request_timeout'],
  rate_limited: [429, 'rate_limited'],
  quota_exceeded: [402, 'credits_exhausted'],
  overloaded: [503, 'overloaded'],
  unavailable: [503, 'unavailable'],
  storage_full: [503, 'storage_full'],
  fetch_failed: [400, 'image_url_unreachable'],
  damaged_image: [400, 'image_corrupt'],
  no_image: [415, 'image_unsupported'],
  unsupported_format: [415, 'image_unsupported'],
  // Too many pixels.
  out_of_range: [413, 'image_too_large'],
  wrong_password: [415, 'image_unsupported'],
  timed_out: [504, 'deadline_exceeded'],
  cancelled: [400, 'cancelled'],
  fenced: [500, 'internal'],
  internal: [500, 'internal'],
} satisfies Record<ErrorCode, readonly [number, string]>

/** Detail codes of errors that name none themselves, where the field at fault tells more. */
const codesByParam: Partial<Record<ErrorCode, Record<string, string>>> = {
  unauthenticated: {
    Authorization: 'session_invalid',
    username: 'credentials_wrong',
    'client-key': 'client_key_unknown',
  },
  forbidden: { 'client-key': 'client_key_refused' },
}

/** Detail codes with a status of their own. */
const statuses: Record<string, number> = {
  image_url_no_size: 411,
  image_url_timeout: 408,
  models_missing: 502,
}

/** Milliseconds, where nobody said when to come back. */
const retryMs: Record<number, number> = { 429: 1000, 502: 5000, 503: 2000 }

export interface Problem {
  status: number
  code: string
  detail: string
  fieldErrors?: unknown
}

/** What an error says, apart from where. */
export function problemOf(error: DomainError): Problem {
  const [usual, usualCode] = answers[error.code]
  const byParam = codesByParam[error.code]?.[error.param ?? ''] ?? usualCode
  const code = typeof error.extra?.code === 'string' ? error.extra.code : byParam
  const status = statuses[code] ?? usual
  const fieldErrors = error.extra?.fieldErrors ?? fieldErrorsOf(error)
  return {
    status,
    code,
    detail: error.message,
    ...(status === 400 && fieldErrors !== undefined ? { fieldErrors } : {}),
  }
}

export function createErrorRenderer(clock: Clock) {
  return (error: DomainError, request: FastifyRequest | undefined): RenderedError => {
    const { status, code, detail, ...more } = problemOf(error)
    const path = (request?.raw.url ?? '').split('?')[0] ?? ''
    return {
      status,
      headers: {
        'content-type': 'application/problem+json; charset=utf-8',
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        ...retryAfter(error, status, clock.now()),
      },
      body: {
        type: 'about:blank',
        title: STATUS_CODES[status] ?? 'Error',
        status,
        detail,
        message: `error.http.${status}`,
        code,
        path,
        ...(request === undefined ? {} : { id: request.id }),
        ...more,
      },
    }
  }
}

/** "Whole seconds, at least 1". */
function retryAfter({ retryAt }: DomainError, status: number, now: number): Record<string, string> {
  const usual = retryMs[status]
  if (usual === undefined) return {}
  const ms = retryAt === undefined ? usual : retryAt - now
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) }
}

/** Of an error that names one field in front of its sentence. */
function fieldErrorsOf({ code, param, message }: DomainError): { field: string; message: string }[] | undefined {
  if (code !== 'invalid' || param === undefined || !message.startsWith(`${param} `)) return undefined
  return [{ field: param, message: message.slice(param.length + 1).replace(/\.$/, '') }]
}
