/** The worker seen from the event loop. It starts with the first request; one that dies takes its tables with it. */
import { Worker } from 'node:worker_threads'
import { DomainError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports.ts'
import { built } from '../../paths.ts'
import type { Answer, Message, Request } from './worker.ts'

export interface Thread {
  /** @throws DomainError `unavailable` when the thread ends */
  ask(request: Request): Promise<Answer>
  close(): Promise<void>
}

/** @param onLost every table is gone */
export function startThread(clock: Clock, onLost: () => void): Thread {
  let worker: Worker | undefined
  let lastId = 0
  const pending = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>()

  function start(): Worker {
    const started = new Worker(built('adapters/likeness/worker.js'), { execArgv: [] })
    // It ends with the process.
    started.unref()
    started.on('message', (answer: Answer) => {
      const waiter = pending.get(answer.id)
      pending.delete(answer.id)
      if (pending.size === 0) started.unref()
      if (answer.error === undefined) waiter?.resolve(answer)
      else waiter?.reject(failure(clock, new Error(answer.error)))
    })
    let cause: unknown
    started.on('error', (error) => {
      cause = error
    })
    started.on('exit', () => {
      if (worker !== started) return
      worker = undefined
      onLost()
      const lost = [...pending.values()]
      pending.clear()
      for (const waiter of lost) waiter.reject(failure(clock, cause))
    })
    return started
  }

  return {
    ask(request) {
      worker ??= start()
      const asked = worker
      asked.ref()
      lastId += 1
      const message: Message = { id: lastId, ...request }
      return new Promise((resolve, reject) => {
        pending.set(message.id, { resolve, reject })
        asked.postMessage(message, 'rows' in request ? buffersOf(request.rows) : [])
      })
    },

    async close() {
      const closing = worker
      worker = undefined
      await closing?.terminate()
      for (const waiter of pending.values()) waiter.reject(failure(clock, undefined))
      pending.clear()
    },
  }
}

/** Handed over, not copied. */
const buffersOf = ({ vectors, scales, ids }: { vectors: Int8Array; scales: Float64Array; ids: Uint8Array }) => [
  vectors.buffer as ArrayBuffer,
  scales.buffer as ArrayBuffer,
  ids.buffer as ArrayBuffer,
]

function failure(clock: Clock, cause: unknown): DomainError {
  const message = 'The search for like pictures ended unexpectedly. Try again in a moment.'
  return new DomainError('unavailable', message, { retryAt: clock.now() + 1000, cause })
}
