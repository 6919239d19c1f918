/** Errors of image URLs: text, with `ik-error` (image-urls.md section 11). */
import type { DomainError, ErrorCode } from '../../core/errors.ts'
import type { RenderedError } from '../../http/api-module.ts'

const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  locked: 409,
  idempotency_mismatch: 422,
  idempotency_in_progress: 409,
  too_large: 400,
  range_not_satisfiable: 416,
  uri_too_long: 414,
  headers_too_large: 431,
  unsupported_media_type: 415,
  request_timeout: 408,
  rate_limited: 503,
  quota_exceeded: 503,
  overloaded: 503,
  unavailable: 503,
  storage_full: 503,
  fetch_failed: 404,
  damaged_image: 400,
  no_image: 400,
  unsupported_format: 400,
  out_of_range: 400,
  wrong_password: 400,
  timed_out: 503,
  cancelled: 499,
  fenced: 500,
  internal: 500,
} satisfies Record<ErrorCode, number>

export function renderError(error: DomainError): RenderedError {
  const status = statuses[error.code]
  return {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...(error.code === 'not_found' ? { 'ik-error': `ENOENT - ${error.message}` } : {}),
      ...(error.retryAt === undefined
        ? {}
        : { 'retry-after': String(Math.max(1, Math.ceil((error.retryAt - Date.now()) / 1000))) }),
    },
    body: status === 404 ? 'Not Found\n' : `${error.message}\n`,
  }
}
