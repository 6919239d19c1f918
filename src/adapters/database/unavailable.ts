/** The error of a database that does not answer. */
import { DomainError } from '../../core/errors.ts'

/** @param now epoch milliseconds */
export function unavailable(cause: unknown, now: number): DomainError {
  return new DomainError('unavailable', 'The database does not answer. Try again in a moment.', {
    retryAt: now + 1000,
    cause,
  })
}
