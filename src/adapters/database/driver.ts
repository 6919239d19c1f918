/**
 * The Kysely driver of both engines. It lends connections and guards transactions: once a transaction ends, or a
 * statement of it failed, its connection refuses further statements, so nothing slips out into autocommit. A transaction
 * begins together with its first statement, which spares a journey to the database.
 */
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import { DomainError } from '../../core/errors.ts'

export type Row = Record<string, unknown>

export interface StatementResult {
  /** Names of the columns, separated by commas: one text is cheaper to hand over than many. */
  columns: string
  /** Values in the order of the columns. */
  rows: readonly (readonly unknown[])[]
  /** Rows changed by a statement that returns none. */
  changes?: number
}

/** A statement's place in a transaction: it opens it by `begin`, or finds it open. */
export type Place = { begin: string } | 'inside'

/** A borrowed connection of an engine. */
export interface Lease {
  /**
   * Statements run in the order of the calls. Throws DomainErrors only.
   * @param place where a transaction has one: the first statement opens it with the text given, the others must be inside
   */
  query(sql: string, parameters: readonly unknown[], place?: Place): Promise<StatementResult>
  /** Gives the connection back; `broken`: its state is unknown, it must not be used again. */
  release(broken: boolean): void
}

export interface DriverOptions {
  acquire(): Promise<Lease>
  /** Opens a transaction, e.g. `begin immediate`. */
  begin: string
  /** False for migrations only: their lock outlives the transaction on the same connection. */
  guarded: boolean
  /** What a column is called in a row. */
  nameOf(column: string): string
}

interface Connection extends DatabaseConnection {
  lease: Lease
  state: 'idle' | 'opening' | 'open' | 'over'
  /** The first failed statement of the open transaction: it can only be rolled back (PostgreSQL's rule, for both engines). */
  failure: unknown
  broken: boolean
}

export function createDriver({ acquire, begin, guarded, nameOf }: DriverOptions): Driver {
  const own = (connection: DatabaseConnection) => connection as Connection
  const toRecords = createNaming(nameOf)

  return {
    async init() {},

    async acquireConnection() {
      return connect(await acquire(), begin, toRecords)
    },

    async beginTransaction(connection) {
      own(connection).state = 'opening'
      own(connection).failure = undefined
    },

    async commitTransaction(connection) {
      if (own(connection).failure !== undefined) throw own(connection).failure
      const { state, lease } = own(connection)
      own(connection).state = guarded ? 'over' : 'idle'
      if (state === 'open') await lease.query('commit', [], 'inside')
    },

    async rollbackTransaction(connection) {
      const { state, lease } = own(connection)
      // Set before the rollback is sent: a statement that comes after it would commit by itself.
      own(connection).state = guarded ? 'over' : 'idle'
      // Nothing was begun. After a commit that failed, the transaction may still be open.
      if (state === 'opening') return
      try {
        await lease.query('rollback', [])
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

function connect(lease: Lease, begin: string, toRecords: ReturnType<typeof createNaming>): Connection {
  const connection: Connection = {
    lease,
    state: 'idle',
    failure: undefined,
    broken: false,

    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      if (connection.state === 'over') throw new DomainError('internal', 'The transaction of this statement is over.')
      if (connection.failure !== undefined) throw connection.failure
      const place = connection.state === 'opening' ? { begin } : connection.state === 'open' ? 'inside' : undefined
      if (connection.state === 'opening') connection.state = 'open'
      try {
        const { columns, rows: values, changes } = await lease.query(query.sql, query.parameters, place)
        const rows = toRecords(columns, values) as R[]
        return changes === undefined ? { rows } : { rows, numAffectedRows: BigInt(changes) }
      } catch (error) {
        if (connection.state === 'open') connection.failure ??= error
        throw error
      }
    },

    streamQuery() {
      throw new DomainError('internal', 'Statements are not streamed; read in pages.')
    },
  }
  return connection
}

/** Rows as records. The names are worked out once for every list of columns. */
function createNaming(nameOf: (column: string) => string) {
  const known = new Map<string, string[]>()
  return (columns: string, rows: StatementResult['rows']): Row[] => {
    let names = known.get(columns)
    if (names === undefined) {
      names = columns.split(',').map(nameOf)
      known.set(columns, names)
    }
    const named = names
    return rows.map((values) => {
      const row: Row = {}
      for (const [index, name] of named.entries()) row[name] = values[index]
      return row
    })
  }
}
