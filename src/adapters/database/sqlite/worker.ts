/**
 * The thread of one SQLite connection: runs the statements it is sent, in order. The database opens at the first one, so
 * a failure to open is an answer like any other.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Place, StatementResult } from '../driver.ts'
import { type Database, openFile } from './load.ts'

type Statement = ReturnType<Database['prepare']>

/** What the thread is started with. */
export interface ThreadOptions {
  file: string
  /** Refuses to write. */
  readOnly: boolean
  /** How long a statement waits for the lock of another process. */
  busyMs: number
}

export type ThreadRequest =
  | { id: number; sql: string; parameters: readonly unknown[]; place?: Place | undefined }
  | { id: number; close: true }

export type ThreadAnswer = ({ id: number } & StatementResult) | { id: number; error: { message: string; code: number } }

interface Prepared {
  statement: Statement
  /** Empty when it returns no rows. */
  columns: string
}

/** Statements kept prepared; their SQL comes from a bounded number of call sites, `in` lists vary. */
const cacheSize = 300

const nothing: StatementResult = { columns: '', rows: [] }
const options: ThreadOptions = workerData
const prepared = new Map<string, Prepared>()
let database: Database | undefined

parentPort?.on('message', (requests: ThreadRequest[]) => {
  parentPort?.postMessage(requests.map(answer))
  // Nothing else keeps the thread alive.
  if (requests.some((request) => 'close' in request)) parentPort?.close()
})

function answer(request: ThreadRequest): ThreadAnswer {
  try {
    if ('close' in request) {
      prepared.clear()
      database?.close()
      return { id: request.id, ...nothing }
    }
    return { id: request.id, ...run(request.sql, request.parameters, request.place) }
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number }
    return { id: request.id, error: { message, code: errcode ?? 0 } }
  }
}

function run(sql: string, parameters: readonly unknown[], place: Place | undefined): StatementResult {
  database ??= open()
  // A full disk ends the transaction by itself; rolling back then is no error.
  if (sql === 'rollback' && !database.isTransaction) return nothing
  if (typeof place === 'object') database.exec(place.begin)
  // It ended, or never began: the statement would commit by itself.
  if (place === 'inside' && !database.isTransaction) throw new Error('the transaction of this statement is over')
  const { statement, columns } = prepare(database, sql)
  if (columns === '') return { ...nothing, changes: Number(statement.run(...(parameters as never[])).changes) }
  return { columns, rows: statement.all(...(parameters as never[])) as unknown[] as unknown[][] }
}

function prepare(connection: Database, sql: string): Prepared {
  const known = prepared.get(sql)
  if (known !== undefined) {
    // Most recently used last.
    prepared.delete(sql)
    prepared.set(sql, known)
    return known
  }
  const statement = connection.prepare(sql)
  statement.setReturnArrays(true)
  const columns = statement.columns().map(({ name }) => name)
  const fresh = { statement, columns: columns.join(',') }
  prepared.set(sql, fresh)
  if (prepared.size > cacheSize) {
    const [oldest] = prepared.keys()
    if (oldest !== undefined) prepared.delete(oldest)
  }
  return fresh
}

function open(): Database {
  const connection = openFile(options.file)
  connection.exec(`pragma busy_timeout = ${options.busyMs}`)
  connection.exec('pragma temp_store = memory')
  connection.exec('pragma cache_size = -16000')
  if (options.readOnly) {
    connection.exec('pragma query_only = on')
  } else {
    connection.exec('pragma journal_mode = wal')
    // Full: a commit is on the disk when it is answered, also when the power fails.
    connection.exec('pragma synchronous = full')
    connection.exec('pragma journal_size_limit = 67108864')
  }
  return connection
}
