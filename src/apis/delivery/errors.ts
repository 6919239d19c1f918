/** Errors of image URLs: text, with `ik-error` (image-urls.md section 11). */
import type { DomainError, ErrorCode } from '../../core/errors.ts'
import type { RenderedError } from '../../http/api-module.ts'
import { storedBytesHeaders } from '../../http/stored-bytes.ts'

/** Status and the code in `ik-error`; 429 is never said here. */
const answers = {
  invalid: [400, 'UNIDENTIFIED'],
  unauthenticated: [401, 'UNIDENTIFIED'],
  forbidden: [403, 'UNIDENTIFIED'],
  not_found: [404, 'ENOENT'],
  method_not_allowed: [405, 'UNIDENTIFIED'],
  conflict: [409, 'UNIDENTIFIED'],
  locked: [409, 'UNIDENTIFIED'],
  idempotency_mismatch: [422, 'UNIDENTIFIED'],
  idempotency_in_progress: [409, 'UNIDENTIFIED'],
  too_large: [400, 'ELIMIT'],
  range_not_satisfiable: [416, 'UNIDENTIFIED'],
  uri_too_long: [414, 'UNIDENTIFIED'],
  headers_too_large: [431, 'UNIDENTIFIED'],
  unsupported_media_type: [415, 'UNIDENTIFIED'],
  request_timeout: [408, 'UNIDENTIFIED'],
  rate_limited: [503, 'UNIDENTIFIED'],
  quota_exceeded: [503, 'UNIDENTIFIED'],
  overloaded: [503, 'UNIDENTIFIED'],
  unavailable: [503, 'UNIDENTIFIED'],
  storage_full: [503, 'UNIDENTIFIED'],
  fetch_failed: [502, 'ECONNREFUSED'],
  damaged_image: [400, 'UNIDENTIFIED'],
  no_image: [400, 'UNIDENTIFIED'],
  unsupported_format: [400, 'UNIDENTIFIED'],
  out_of_range: [400, 'ELIMIT'],
  wrong_password: [400, 'UNIDENTIFIED'],
  timed_out: [503, 'UNIDENTIFIED'],
  cancelled: [499, 'UNIDENTIFIED'],
  fenced: [500, 'UNIDENTIFIED'],
  internal: [500, 'UNIDENTIFIED'],
} satisfies Record<ErrorCode, readonly [number, string]>

export function renderError(error: DomainError): RenderedError {
  const [status, usual] = answers[error.code]
  const code = error.extra?.['ik-error'] ?? usual
  return {
    status,
    headers: {
      ...storedBytesHeaders,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'ik-error': `${code} - ${error.message}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 400),
      // Whatever the reason: busy for long is said by the next answer.
      ...(status === 503 ? { 'retry-after': String(secondsUntil(error.retryAt)) } : {}),
    },
    body: `${bodyOf(error, status)}\n`,
  }
}

const badRequest = 'Bad URL Transformation Request'

function bodyOf({ param, message }: DomainError, status: number): string {
  if (status === 404) return 'Not Found'
  if (status === 401) return 'Unauthorized'
  // "what users report seeing"
  if (status === 400 && param === 'tr' && !message.startsWith(badRequest)) return `${badRequest}: ${message}`
  return message
}

const secondsUntil = (retryAt: number | undefined) =>
  retryAt === undefined ? 1 : Math.max(1, Math.ceil((retryAt - Date.now()) / 1000))
