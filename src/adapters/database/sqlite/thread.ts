/** One SQLite connection in a worker thread, seen from the event loop. A thread that dies is replaced at the next statement. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../../core/ports.ts'
import { built } from '../../../paths.ts'
import type { StatementResult } from '../driver.ts'
import { unavailable } from '../unavailable.ts'
import { fromSqlite, SqliteError } from './errors.ts'
import type { ThreadAnswer, ThreadOptions, ThreadRequest } from './worker.ts'

export interface Thread {
  /** Statements run in the order of the calls. Throws DomainErrors. */
  query(sql: string, parameters: readonly unknown[]): Promise<StatementResult>
  /** Statements not answered yet. */
  waiting(): number
  /** Counts the threads lost; when it changes, so is a transaction. */
  generation(): number
  /** Kills the thread; the next statement starts another. For connections in an unknown state. */
  discard(): void
  close(): Promise<void>
}

type Send = { sql: string; parameters: readonly unknown[] } | { close: true }

export function startThread(options: ThreadOptions, clock: Clock): Thread {
  let worker: Worker | undefined
  let generation = 0
  let lastId = 0
  const pending = new Map<number, { resolve(result: StatementResult): void; reject(error: Error): void }>()

  function start(): Worker {
    const started = new Worker(built('adapters/database/sqlite/worker.js'), {
      workerData: options,
      execArgv: [],
      // Rows come and go: a small young generation keeps three threads small.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    started.on('message', (answer: ThreadAnswer) => {
      const waiter = pending.get(answer.id)
      if (waiter === undefined) return
      pending.delete(answer.id)
      if (!('error' in answer)) waiter.resolve(answer)
      else
        waiter.reject(
          fromSqlite(new SqliteError(answer.error.message, answer.error.code), options.readOnly, clock.now()),
        )
    })
    let failure: unknown
    started.on('error', (error) => {
      failure = error
    })
    started.on('exit', () => {
      if (worker === started) lose(failure ?? new Error('the thread of the database ended'))
    })
    return started
  }

  /** Forgets the thread; everything it had not answered has an unknown outcome. */
  function lose(cause: unknown): void {
    worker = undefined
    generation += 1
    const lost = [...pending.values()]
    pending.clear()
    for (const waiter of lost) waiter.reject(unavailable(cause, clock.now()))
  }

  function send(message: Send): Promise<StatementResult> {
    worker ??= start()
    lastId += 1
    const request: ThreadRequest = { id: lastId, ...message }
    const answered = new Promise<StatementResult>((resolve, reject) => pending.set(request.id, { resolve, reject }))
    try {
      worker.postMessage(request)
    } catch (error) {
      // A parameter that cannot be cloned.
      pending.get(request.id)?.reject(error as Error)
      pending.delete(request.id)
    }
    return answered
  }

  return {
    query: (sql, parameters) => send({ sql, parameters }),
    waiting: () => pending.size,
    generation: () => generation,
    discard() {
      const discarded = worker
      lose(new Error('the connection was given up'))
      void discarded?.terminate()
    },
    async close() {
      const closing = worker
      if (closing === undefined) return
      const gone = new Promise<void>((resolve) => closing.once('exit', () => resolve()))
      // A thread that dies meanwhile is closed as well.
      await send({ close: true }).catch(() => {})
      await gone
    },
  }
}
