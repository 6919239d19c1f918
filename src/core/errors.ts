/**
 * The one error that crosses a port or the core's boundary, and the closed list of its codes.
 * Every API module maps each code to its own status and body (`satisfies Record<ErrorCode, …>`), so a new code does not
 * compile until every dialect has decided.
 */

export type ErrorCode =
  /** A parameter, header or body is missing or wrong; `param` names it. */
  | 'invalid'
  /** No credential, or one that is unknown, malformed or expired. */
  | 'unauthenticated'
  /** A good credential that may not do this. */
  | 'forbidden'
  /** The caller's project has no such thing (another project's ids look the same). */
  | 'not_found'
  /** The path is known, the verb is not; `allow` lists the verbs. */
  | 'method_not_allowed'
  /** The state of the thing does not allow this now. */
  | 'conflict'
  /** A bulk job holds the folder. */
  | 'locked'
  /** The Idempotency-Key was given before, with another request. */
  | 'idempotency_mismatch'
  /** The first request with this Idempotency-Key is still being worked on. */
  | 'idempotency_in_progress'
  /** More bytes than allowed. */
  | 'too_large'
  /** The requested byte range lies outside the bytes. */
  | 'range_not_satisfiable'
  /** The request line is too long. */
  | 'uri_too_long'
  /** The header block is too long. */
  | 'headers_too_large'
  /** The Content-Type of the body is not one this endpoint reads. */
  | 'unsupported_media_type'
  /** The body stopped coming. */
  | 'request_timeout'
  /** The caller's own rate limit; `retryAt` says when. */
  | 'rate_limited'
  /** The caller's quota, credits or storage are used up. */
  | 'quota_exceeded'
  /** This server is too busy or draining; `retryAt` says when to come back. */
  | 'overloaded'
  /** Something the server needs (database, blob store) does not answer. */
  | 'unavailable'
  /** No room left to store bytes. */
  | 'storage_full'
  /** A URL given as input could not be fetched: scheme, address, status, size or time. */
  | 'fetch_failed'
  /** The bytes are no image, or one too damaged to read. */
  | 'damaged_image'
  /** A sound file of a known format that holds no picture, such as a PDF without pages. */
  | 'no_image'
  /** An image format (or an output format) that is not supported here. */
  | 'unsupported_format'
  /** Sides, pixels or frames beyond the limits, or geometry outside the image. */
  | 'out_of_range'
  /** A protected input without its password, or with a wrong one. */
  | 'wrong_password'
  /** Work overran its deadline and was killed. */
  | 'timed_out'
  /** The caller went away or the work was cancelled. */
  | 'cancelled'
  /** A job lost its lease: another worker holds it now, nothing may be written. */
  | 'fenced'
  /** A bug or an unforeseen state; the log has the cause under the request id. */
  | 'internal'

export interface ErrorDetails {
  /** The parameter, field or header at fault, e.g. `files[0].rotate`. */
  param?: string
  /** Epoch milliseconds of the first moment at which a retry can succeed. */
  retryAt?: number
  /** For `method_not_allowed`. */
  allow?: readonly string[]
  /** Further members for dialects whose error bodies have some, e.g. `reason` (media-library-api.md section 3.2). */
  extra?: Readonly<Record<string, unknown>>
  /** Which of several ways to the same code it was, for callers that tell them apart; never shown. */
  reason?: string
  cause?: unknown
}

/** An expected failure. `message` is for the caller: it names what is wrong and the way out, and never a cause or a path. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly retryAt: number | undefined
  readonly allow: readonly string[] | undefined
  readonly extra: Readonly<Record<string, unknown>> | undefined
  readonly reason: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.param = details.param
    this.retryAt = details.retryAt
    this.allow = details.allow
    this.extra = details.extra
    this.reason = details.reason
  }
}

/** The parameter `param` is missing or wrong: `message` says how and what would be right. */
export function invalid(param: string, message: string): DomainError {
  return new DomainError('invalid', message, { param })
}

/** Any thrown value as a DomainError; what is not one already becomes `internal` and keeps its cause for the log. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  return new DomainError(
    'internal',
    'Something went wrong on the server. Try again; if it stays, report the request id.',
    {
      cause: error,
    },
  )
}
