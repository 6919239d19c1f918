/** Errors that Fastify and Node raise by themselves, as DomainErrors: only those ever reach an API's renderer. */
import { DomainError, toDomainError } from '../core/errors.ts'

interface CodedError {
  code?: string
  statusCode?: number
}

export function fromFramework(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  const { code, statusCode } = error as CodedError
  switch (code) {
    case 'FST_ERR_BAD_URL':
      return new DomainError(
        'invalid',
        'The path has a malformed percent escape; encode it as UTF-8 percent escapes.',
        {
          param: 'path',
          cause: error,
        },
      )
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new DomainError('uri_too_long', 'A part of the path is too long.', { param: 'path', cause: error })
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError('too_large', 'The body is too large.', { cause: error })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new DomainError('unsupported_media_type', 'The Content-Type of the body is not supported here.', {
        param: 'Content-Type',
        cause: error,
      })
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return new DomainError('cancelled', 'The connection was closed before the request was complete.', {
        cause: error,
      })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new DomainError('invalid', 'The request cannot be read; check its line, headers and body.', { cause: error })
  }
  return toDomainError(error)
}
