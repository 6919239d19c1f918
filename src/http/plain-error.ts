/** Errors as plain text: on pages, and on paths that no API owns. */
import type { DomainError, ErrorCode } from '../core/errors.ts'
import type { RenderedError } from './api-module.ts'

const statuses: Partial<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  uri_too_long: 414,
  headers_too_large: 431,
  overloaded: 503,
  unavailable: 503,
}

export function renderPlainError(error: DomainError): RenderedError {
  return {
    status: statuses[error.code] ?? 500,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: `${error.message}\n`,
  }
}
