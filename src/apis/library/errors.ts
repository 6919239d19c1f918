/** The Library API's wording of errors (media-library-api.md section 3.2): `message` and `help`, JSON on every path. */
import type { FastifyRequest } from 'fastify'
import type { DomainError, ErrorCode } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import type { RenderedError } from '../../http/api-module.ts'
import { isUnknownPath, renderUnknownPath } from '../../http/unknown-path.ts'

const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  locked: 423,
  idempotency_mismatch: 422,
  idempotency_in_progress: 409,
  too_large: 400,
  range_not_satisfiable: 416,
  uri_too_long: 414,
  headers_too_large: 431,
  unsupported_media_type: 415,
  request_timeout: 408,
  rate_limited: 429,
  quota_exceeded: 403,
  overloaded: 503,
  unavailable: 503,
  storage_full: 507,
  fetch_failed: 400,
  damaged_image: 400,
  no_image: 400,
  unsupported_format: 400,
  out_of_range: 400,
  wrong_password: 400,
  timed_out: 400,
  cancelled: 400,
  fenced: 409,
  internal: 500,
} satisfies Record<ErrorCode, number>

/** @param supportContact shown in `help`; undefined: the docs */
export function createErrorRenderer(supportContact: string | undefined, clock: Clock) {
  const help =
    supportContact === undefined
      ? 'See /docs for this API and its errors.'
      : `For support kindly contact us at ${supportContact} .`

  return (error: DomainError, request: FastifyRequest | undefined): RenderedError => {
    if (isUnknownPath(error)) return renderUnknownPath(error, request)
    const status = statuses[error.code]
    return {
      status,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...(request === undefined ? {} : { 'x-ik-requestId': request.id }),
        ...retryHeaders(error, status, clock.now()),
      },
      // "429 has only `message`"
      body: { message: error.message, ...(status === 429 ? {} : { help }), ...error.extra },
    }
  }
}

function retryHeaders({ code, retryAt }: DomainError, status: number, now: number): Record<string, string> {
  // Clients repeat a 409 by themselves; a name that is taken stays taken (section 3.1).
  if (status === 409) return { 'x-should-retry': 'false' }
  if (retryAt === undefined && status !== 429 && status !== 503) return {}
  const ms = Math.max(1, retryAt === undefined ? 2000 : retryAt - now)
  return code === 'rate_limited' || status === 503
    ? { 'retry-after': String(Math.ceil(ms / 1000)), 'retry-after-ms': String(ms) }
    : {}
}
