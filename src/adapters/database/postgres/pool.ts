/** A pool of PostgreSQL connections with bounded waits, lent one at a time. */
import pg from 'pg'
import type { Clock } from '../../../core/ports.ts'
import type { Lease, Place, StatementResult } from '../driver.ts'
import { fromPostgres, isStalePlan, losesConnection } from './errors.ts'
import { createStatements, type Statements } from './statements.ts'

export interface PoolOptions {
  url: string
  max: number
  /** Sessions refuse to write. */
  readOnly: boolean
  /** Longest wait for the answer to one statement; 0: none (migrations). */
  answerMs: number
  /** Longest wait for a connection: others may have all of them. */
  waitMs: number
  clock: Clock
  /** Statements that come again keep their plans. Default true. */
  plans?: boolean
}

export interface Pool {
  lend(): Promise<Lease>
  /** Waits for lent connections, but not for ever. */
  close(): Promise<void>
}

const closeMs = 5000

/** Whole numbers arrive as numbers: everything stored is below 2^53. Local to our pools. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? Number
      : format === 'binary'
        ? pg.types.getTypeParser(oid, 'binary')
        : pg.types.getTypeParser(oid)) as typeof pg.types.getTypeParser,
}

export function createPool({ url, max, readOnly, answerMs, waitMs, clock, plans = true }: PoolOptions): Pool {
  const statements = plans ? createStatements() : undefined
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    application_name: 'imagestead',
    connectionTimeoutMillis: waitMs,
    // A little after the server's own limit: only a server that is gone or stopped gets here.
    ...(answerMs > 0 ? { query_timeout: answerMs + 500 } : {}),
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    onConnect: async (client: pg.ClientBase) => {
      await client.query(session(readOnly, answerMs))
    },
  })
  // A connection that breaks while nobody uses it has left the pool by itself; unheard, the event would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    async lend() {
      const client = await pool.connect().catch((error: unknown) => {
        throw fromPostgres(error, readOnly, clock.now())
      })
      return lease(client, { readOnly, clock, statements })
    },

    async close() {
      let timer: NodeJS.Timeout | undefined
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeMs)
      })
      await Promise.race([pool.end(), patience])
      clearTimeout(timer)
    },
  }
}

interface Terms {
  readOnly: boolean
  clock: Clock
  statements: Statements | undefined
}

function lease(client: pg.PoolClient, { readOnly, clock, statements }: Terms): Lease {
  let lost: unknown
  /** The statement before: the client takes one at a time. */
  let last: Promise<unknown> = Promise.resolve()

  async function run(sql: string, parameters: readonly unknown[], place: Place | undefined): Promise<StatementResult> {
    if (lost !== undefined) throw fromPostgres(lost, readOnly, clock.now())
    const opens = typeof place === 'object'
    const name = statements?.nameOf(sql)
    try {
      if (opens) await client.query(place.begin)
      const query = { text: sql, values: [...parameters], rowMode: 'array' as const, ...(name && { name }) }
      const { command, rowCount, rows, fields } = await client.query<unknown[]>(query)
      const columns = fields.map(({ name }) => name).join(',')
      return command === 'SELECT' || rowCount === null ? { columns, rows } : { columns, rows, changes: rowCount }
    } catch (error) {
      if (name !== undefined && isStalePlan(error)) {
        statements?.forget(sql)
        // In a transaction, that begins again.
        if (place === undefined) return run(sql, parameters, place)
      }
      if (losesConnection(error)) lost = error
      throw fromPostgres(error, readOnly, clock.now())
    }
  }

  return {
    query(sql, parameters, place) {
      const result = last.then(() => run(sql, parameters, place))
      last = result.catch(() => {})
      return result
    },

    release(broken) {
      client.release(broken || lost !== undefined)
    },
  }
}

/** What every session is set to, whatever the server's defaults are. */
function session(readOnly: boolean, answerMs: number): string {
  return [
    `set default_transaction_isolation = 'read committed'`,
    `set default_transaction_read_only = ${readOnly ? 'on' : 'off'}`,
    `set statement_timeout = ${answerMs}`,
    `set lock_timeout = ${answerMs}`,
    // Our own limit for transactions comes first.
    `set idle_in_transaction_session_timeout = ${4 * answerMs}`,
  ].join('; ')
}
