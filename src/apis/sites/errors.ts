/** The Sites API's wording of errors (section 3): its envelope, on every path below /site. */
import type { FastifyRequest } from 'fastify'
import type { DomainError, ErrorCode } from '../../core/errors.ts'
import type { ApiModule, RenderedError } from '../../http/api-module.ts'
import { fromFramework } from '../../http/framework-errors.ts'
import type { Endpoint, SitesApi } from './endpoint.ts'
import { endingHeaders, endingOf } from './versions.ts'

const answers = {
  invalid: [400, 'invalid_request'],
  unauthenticated: [401, 'unauthorized'],
  forbidden: [403, 'forbidden'],
  not_found: [404, 'not_found'],
  method_not_allowed: [405, 'method_not_allowed'],
  conflict: [409, 'conflict'],
  locked: [409, 'conflict'],
  idempotency_mismatch: [409, 'conflict'],
  idempotency_in_progress: [409, 'conflict'],
  too_large: [413, 'payload_too_large'],
  range_not_satisfiable: [416, 'invalid_request'],
  uri_too_long: [414, 'invalid_request'],
  headers_too_large: [431, 'invalid_request'],
  unsupported_media_type: [415, 'unsupported_media_type'],
  request_timeout: [408, 'invalid_request'],
  rate_limited: [429, 'rate_limit'],
  // The project's own storage is used up.
  quota_exceeded: [403, 'forbidden'],
  overloaded: [503, 'unavailable'],
  unavailable: [503, 'unavailable'],
  storage_full: [503, 'unavailable'],
  fetch_failed: [400, 'invalid_request'],
  damaged_image: [422, 'unprocessable_photo'],
  no_image: [422, 'unprocessable_photo'],
  unsupported_format: [415, 'unsupported_media_type'],
  // Too many pixels.
  out_of_range: [413, 'payload_too_large'],
  wrong_password: [422, 'unprocessable_photo'],
  timed_out: [422, 'unprocessable_photo'],
  cancelled: [400, 'invalid_request'],
  fenced: [500, 'server_error'],
  internal: [500, 'server_error'],
} satisfies Record<ErrorCode, readonly [number, string]>

/** Codes of section 6.2 that have a status of their own; an error names them as `extra.code`. */
const statuses: Record<string, number> = { version_ended: 410, link_expired: 410, bad_signature: 403 }

/** Answers of a deprecated version tell its end, whatever else they are. */
export function createErrorRenderer(api: Pick<SitesApi, 'endings' | 'deps'>): ApiModule['renderError'] {
  return (error, request) => {
    const rendered = renderError(error, request)
    const { endpoint } = (request?.routeOptions.config ?? {}) as { endpoint?: Endpoint }
    if (endpoint === undefined) return rendered
    return { ...rendered, headers: { ...rendered.headers, ...endingHeaders(endingOf(api, endpoint)) } }
  }
}

/** Of the answer to whatever was thrown. */
export const statusOf = (thrown: unknown) => renderError(fromFramework(thrown), undefined).status

export function renderError(error: DomainError, request: FastifyRequest | undefined): RenderedError {
  const [usual, usualCode] = answers[error.code]
  const code = typeof error.extra?.code === 'string' ? error.extra.code : usualCode
  const status = statuses[code] ?? usual
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'apiKey' } : {}),
      ...retryAfter(error, status),
    },
    body: {
      ok: false,
      error: {
        code,
        message: error.message,
        ...(error.param === undefined ? {} : { field: error.param }),
        ...(request === undefined ? {} : { request_id: request.id }),
      },
    },
  }
}

/** Of the caller's own limit a date-time (section 5); of a busy server seconds. */
function retryAfter({ retryAt }: DomainError, status: number): Record<string, string> {
  if (status === 429 && retryAt !== undefined) return { 'retry-after': new Date(retryAt).toUTCString() }
  if (status !== 503) return {}
  const seconds = retryAt === undefined ? 2 : Math.ceil((retryAt - Date.now()) / 1000)
  return { 'retry-after': String(Math.max(1, seconds)) }
}
