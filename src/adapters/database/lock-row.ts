/** Row locks. SQLite needs none: a transaction there holds the whole database. */
import type { SelectQueryBuilder } from 'kysely'
import { DomainError } from '../../core/errors.ts'
import type { Schema, Scope } from './schema.ts'

/** The query with the rows it finds locked until the transaction ends. Throws outside one. */
export function lockRow<Tables extends keyof Schema, Output>(
  scope: Scope,
  query: SelectQueryBuilder<Schema, Tables, Output>,
): SelectQueryBuilder<Schema, Tables, Output> {
  if (!scope.writable) throw new DomainError('internal', 'Locking a row needs a transaction.')
  return scope.engine === 'postgres' ? query.forUpdate() : query
}
