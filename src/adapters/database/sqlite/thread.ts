/** One SQLite connection in a worker thread, seen from the event loop. A thread that dies is replaced at the next statement. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../../core/ports.ts'
import { built } from '../../../paths.ts'
import type { Place, StatementResult } from '../driver.ts'
import { unavailable } from '../unavailable.ts'
import { fromSqlite, SqliteError } from './errors.ts'
import type { ThreadAnswer, ThreadOptions, ThreadRequest } from './worker.ts'

export interface Thread {
  /** Statements run in the order of the calls. Throws DomainErrors. */
  query(sql: string, parameters: readonly unknown[], place?: Place): Promise<StatementResult>
  /** Statements not answered yet. */
  waiting(): number
  /** Milliseconds that the statement in hand has taken so far, at most; 0: none. */
  heldUp(): number
  /** Counts the threads lost; when it changes, so is a transaction. */
  generation(): number
  /** Kills the thread; the next statement starts another. For connections in an unknown state. */
  discard(): void
  close(): Promise<void>
}

type Send = { sql: string; parameters: readonly unknown[]; place?: Place | undefined } | { close: true }

export function startThread(options: ThreadOptions, clock: Clock): Thread {
  let worker: Worker | undefined
  let generation = 0
  let lastId = 0
  /** When it began with the statement in hand, at the earliest; undefined: it is starting. */
  let begun: number | undefined
  /** Statements asked for at the same moment cross over in one message: waking a thread costs more than most of them. */
  let outbox: ThreadRequest[] = []
  const pending = new Map<number, { resolve(result: StatementResult): void; reject(error: Error): void }>()

  function start(): Worker {
    const started = new Worker(built('adapters/database/sqlite/worker.js'), {
      workerData: options,
      execArgv: [],
      // Rows come and go: a small young generation keeps the threads small.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    started.on('message', (answers: ThreadAnswer[]) => {
      for (const answer of answers) settle(answer)
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

  function settle(answer: ThreadAnswer): void {
    const waiter = pending.get(answer.id)
    if (waiter === undefined) return
    pending.delete(answer.id)
    begun = performance.now()
    if (!('error' in answer)) waiter.resolve(answer)
    else {
      const { message, code } = answer.error
      waiter.reject(fromSqlite(new SqliteError(message, code), options.readOnly, clock.now()))
    }
  }

  /** Forgets the thread; everything it had not answered has an unknown outcome. */
  function lose(cause: unknown): void {
    worker = undefined
    begun = undefined
    outbox = []
    generation += 1
    const lost = [...pending.values()]
    pending.clear()
    for (const waiter of lost) waiter.reject(unavailable(cause, clock.now()))
  }

  function send(message: Send): Promise<StatementResult> {
    lastId += 1
    const request: ThreadRequest = { id: lastId, ...message }
    if (pending.size === 0 && begun !== undefined) begun = performance.now()
    // After the microtasks in line: what they ask for joins.
    if (outbox.push(request) === 1) process.nextTick(flush)
    return new Promise<StatementResult>((resolve, reject) => pending.set(request.id, { resolve, reject }))
  }

  function flush(): void {
    const requests = outbox
    outbox = []
    if (requests.length > 0) post(requests)
  }

  function post(requests: ThreadRequest[]): void {
    worker ??= start()
    try {
      worker.postMessage(requests)
    } catch (error) {
      // A parameter that cannot be cloned fails its own statement only.
      const [first, ...others] = requests
      if (first === undefined) return
      if (others.length > 0) for (const request of requests) post([request])
      else {
        pending.get(first.id)?.reject(error as Error)
        pending.delete(first.id)
      }
    }
  }

  return {
    query: (sql, parameters, place) => send({ sql, parameters, place }),
    waiting: () => pending.size,
    heldUp: () => (pending.size === 0 || begun === undefined ? 0 : performance.now() - begun),
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
