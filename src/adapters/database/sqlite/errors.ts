/** SQLite's result codes as DomainErrors. */
import { DomainError } from '../../../core/errors.ts'
import { unavailable } from '../unavailable.ts'

const uniqueViolations = new Set([1555, 2067, 2579])

/** A failed statement, as the thread reports it. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError'
  /** Extended result code; 0 when the error is not SQLite's. */
  readonly code: number

  constructor(message: string, code: number) {
    super(message)
    this.code = code
  }
}

/**
 * @param readOnly whether the connection refuses to write by our own choice
 * @param now epoch milliseconds
 */
export function fromSqlite(error: SqliteError, readOnly: boolean, now: number): DomainError {
  if (uniqueViolations.has(error.code)) {
    return new DomainError('conflict', 'A record with this value is already there.', { cause: error })
  }
  // The low byte is the primary result code.
  switch (error.code & 0xff) {
    case 5: // busy
    case 6: // locked
    case 10: // input or output failed
    case 14: // cannot open
      return unavailable(error, now)
    case 8: // read-only
      if (!readOnly) return unavailable(error, now)
      return new DomainError('internal', 'Writing needs a transaction.', { cause: error })
    case 13: // full
      return new DomainError('storage_full', 'The disk of the server is full.', { cause: error })
    default:
      return new DomainError('internal', 'The database refused a statement.', { cause: error })
  }
}
