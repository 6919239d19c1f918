/**
 * The Kysely driver of both engines. It lends connections and guards transactions: once a transaction ends, or a
 * statement of it failed, its connection refuses further statements, so nothing slips out into autocommit.
 */
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import { DomainError } from '../../core/errors.ts'

export type Row = Record<string, unknown>

export interface StatementResult {
  rows: Row[]
  /** Rows changed by a statement that returns none. */
  changes?: number
}

/** A borrowed connection of an engine. */
export interface Lease {
  /** Throws DomainErrors only. */
  query(sql: string, parameters: readonly unknown[]): Promise<StatementResult>
  /** Gives the connection back; `broken`: its state is unknown, it must not be used again. */
  release(broken: boolean): void
}

export interface DriverOptions {
  acquire(): Promise<Lease>
  /** Opens a transaction, e.g. `begin immediate`. */
  begin: string
  /** False for migrations only: their lock outlives the transaction on the same connection. */
  guarded: boolean
}

interface Connection extends DatabaseConnection {
  lease: Lease
  state: 'idle' | 'open' | 'over'
  /** The first failed statement of the open transaction: it can only be rolled back (PostgreSQL's rule, for both engines). */
  failure: unknown
  broken: boolean
}

export function createDriver({ acquire, begin, guarded }: DriverOptions): Driver {
  const own = (connection: DatabaseConnection) => connection as Connection

  return {
    async init() {},

    async acquireConnection() {
      return connect(await acquire())
    },

    async beginTransaction(connection) {
      const { lease } = own(connection)
      try {
        await lease.query(begin, [])
      } catch (error) {
        await lease.query('rollback', []).catch(() => {
          own(connection).broken = true
        })
        throw error
      }
      own(connection).state = 'open'
      own(connection).failure = undefined
    },

    async commitTransaction(connection) {
      if (own(connection).failure !== undefined) throw own(connection).failure
      own(connection).state = guarded ? 'over' : 'idle'
      await own(connection).lease.query('commit', [])
    },

    async rollbackTransaction(connection) {
      // Set before the rollback is sent: a statement that comes after it would commit by itself.
      own(connection).state = guarded ? 'over' : 'idle'
      try {
        await own(connection).lease.query('rollback', [])
      } catch {
        own(connection).broken = true
      }
    },

    async releaseConnection(connection) {
      own(connection).state = 'over'
      own(connection).lease.release(own(connection).broken)
    },

    async destroy() {},
  }
}

function connect(lease: Lease): Connection {
  const connection: Connection = {
    lease,
    state: 'idle',
    failure: undefined,
    broken: false,

    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (connection.state === 'over') throw new DomainError('internal', 'The transaction of this statement is over.')
      if (connection.failure !== undefined) throw connection.failure
      try {
        const { rows, changes } = await lease.query(query.sql, query.parameters)
        return changes === undefined ? { rows: rows as R[] } : { rows: rows as R[], numAffectedRows: BigInt(changes) }
      } catch (error) {
        if (connection.state === 'open') connection.failure = error
        throw error
      }
    },

    streamQuery() {
      throw new DomainError('internal', 'Statements are not streamed; read in pages.')
    },
  }
  return connection
}
