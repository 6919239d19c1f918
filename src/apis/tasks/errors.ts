/** The Tasks API's wording of errors (tasks-api.md sections 0 and 9): JSON on every path, `error.param` never empty. */
import type { FastifyRequest } from 'fastify'
import type { DomainError, ErrorCode } from '../../core/errors.ts'
import type { RenderedError } from '../../http/api-module.ts'
import { isUnknownPath, renderUnknownPath } from '../../http/unknown-path.ts'

export type ErrorType =
  | 'HTTP Error'
  | 'StartError'
  | 'UploadError'
  | 'ProcessingError'
  | 'DownloadError'
  | 'TaskNotFound'

/** Status of every code; `endpoint`: 400 with the endpoint's own type. */
const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 401,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 400,
  locked: 400,
  idempotency_mismatch: 422,
  idempotency_in_progress: 409,
  too_large: 413,
  range_not_satisfiable: 416,
  uri_too_long: 414,
  headers_too_large: 431,
  unsupported_media_type: 415,
  request_timeout: 408,
  rate_limited: 429,
  quota_exceeded: 400,
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
  fenced: 400,
  internal: 500,
} satisfies Record<ErrorCode, number>

export function renderError(error: DomainError, request: FastifyRequest | undefined): RenderedError {
  if (isUnknownPath(error)) return renderUnknownPath(error, request)
  const path = (request?.raw.url ?? '').split('?')[0] ?? ''
  const type = typeOf(error, path)
  const status =
    error.code === 'not_found' && type !== 'TaskNotFound' && type !== 'HTTP Error' ? 400 : statuses[error.code]
  const { message } = error
  const param = error.param === undefined ? {} : { param: { [error.param]: [message] } }
  const body = { error: { type, message, code: String(status), ...(status >= 500 ? {} : param) } }
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...retryAfter(error) },
    body: { ...topLevel(status, type, message), ...body },
  }
}

/** 401 needs a top-level `name` (PHP and Python read it); an unknown path may be meant for another API here. */
function topLevel(status: number, type: ErrorType, message: string): Record<string, unknown> {
  if (status === 401) return { name: 'Unauthorized', message, code: 0, status }
  if (type === 'TaskNotFound') return { status: 'TaskNotFound' }
  if (status === 404) return { name: 'Not Found', message, code: 0, status }
  return {}
}

/** The endpoint's type for what the endpoint refused; the transport's failures are always `HTTP Error`. */
function typeOf(error: DomainError, path: string): ErrorType {
  switch (error.code) {
    case 'too_large':
    case 'unsupported_media_type':
      return 'UploadError'
    case 'unauthenticated':
    case 'forbidden':
    case 'method_not_allowed':
    case 'idempotency_mismatch':
    case 'idempotency_in_progress':
    case 'range_not_satisfiable':
    case 'uri_too_long':
    case 'headers_too_large':
    case 'request_timeout':
    case 'rate_limited':
    case 'overloaded':
    case 'unavailable':
    case 'internal':
      return 'HTTP Error'
  }
  if (/^\/v1\/task(\/|$)/.test(path)) return error.code === 'not_found' ? 'TaskNotFound' : 'HTTP Error'
  if (path.startsWith('/v1/upload')) return 'UploadError'
  if (path.startsWith('/v1/process')) return 'ProcessingError'
  if (path.startsWith('/v1/download')) return 'DownloadError'
  if (path.startsWith('/v1/start')) return 'StartError'
  return 'HTTP Error'
}

function retryAfter({ code, retryAt }: DomainError): Record<string, string> {
  if (retryAt === undefined && code !== 'overloaded' && code !== 'unavailable' && code !== 'rate_limited') return {}
  const seconds = retryAt === undefined ? 2 : Math.ceil((retryAt - Date.now()) / 1000)
  return { 'retry-after': String(Math.max(1, seconds)) }
}
