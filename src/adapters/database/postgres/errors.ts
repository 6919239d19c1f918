/** PostgreSQL's error codes (SQLSTATE) and lost connections as DomainErrors. */
import { DomainError } from '../../../core/errors.ts'
import { unavailable } from '../unavailable.ts'

/** The five characters of a server error; undefined for errors of the connection itself. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  // Errors of the socket have codes too (ECONNRESET), but no severity.
  return typeof code === 'string' && severity !== undefined ? code : undefined
}

/** True when the connection must not be used again. */
export function losesConnection(error: unknown): boolean {
  const state = sqlState(error)
  return state === undefined || state.startsWith('08') || state.startsWith('57P')
}

/** Serialisation failures, deadlocks and plans of tables that have changed: the transaction was undone and may run again. */
export function isCollision(error: unknown): boolean {
  const cause = error instanceof DomainError ? (error.cause ?? {}) : {}
  const state = sqlState(cause)
  return state === '40001' || state === '40P01' || isStalePlan(cause)
}

/** Another node has migrated: a kept plan gives other columns than it was made for. */
export function isStalePlan(error: unknown): boolean {
  const { routine } = error as { routine?: unknown }
  return sqlState(error) === '0A000' && routine === 'RevalidateCachedQuery'
}

/**
 * @param readOnly whether the connection refuses to write by our own choice
 * @param now epoch milliseconds
 */
export function fromPostgres(error: unknown, readOnly: boolean, now: number): DomainError {
  const state = sqlState(error)
  if (state === undefined) return unavailable(error, now)
  if (state === '23505') {
    return new DomainError('conflict', 'A record with this value is already there.', { cause: error })
  }
  if (state === '53100') {
    return new DomainError('storage_full', 'The disk of the database is full.', { cause: error })
  }
  if (state === '25006' && readOnly) {
    return new DomainError('internal', 'Writing needs a transaction.', { cause: error })
  }
  // A zero character inside a text: no PostgreSQL text can hold it.
  if (state === '22021' || state === '22P05') {
    return new DomainError('invalid', 'A text holds a character that cannot be stored.', { cause: error })
  }
  if (temporary.some((prefix) => state.startsWith(prefix))) return unavailable(error, now)
  return new DomainError('internal', 'The database refused a statement.', { cause: error })
}

const temporary = [
  '08', // connection
  '25006', // a standby answers
  '25P03', // idle in a transaction for too long
  '28', // may not sign in
  '3D', // no such database
  '40', // collisions that stayed
  '53', // out of resources
  '55P03', // lock timeout
  '57', // shutting down, statement timeout
  '58', // input or output failed
]
