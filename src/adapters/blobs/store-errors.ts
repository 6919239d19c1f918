/** What file systems and stores throw, as DomainErrors. */
import { DomainError } from '../../core/errors.ts'

/** When a retry is worth while after the store failed. */
const retryMs = 5000

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

export function noBlob(cause: unknown): DomainError {
  return new DomainError('not_found', 'The file is gone.', { cause })
}

export function storageFull(cause: unknown): DomainError {
  return new DomainError(
    'storage_full',
    'The server has no room left for files. Free or add storage, then try again.',
    {
      cause,
    },
  )
}

export function unavailable(cause: unknown): DomainError {
  return new DomainError('unavailable', 'The file storage does not answer. Try again in a few seconds.', {
    cause,
    retryAt: Date.now() + retryMs,
  })
}

/** Any error of a file operation. */
export function diskError(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) return storageFull(error)
  return unavailable(error)
}
