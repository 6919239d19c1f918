/** Turns at the one writer connection: first come first served, with a bounded wait. */
import type { Clock } from '../../../core/ports.ts'
import { unavailable } from '../unavailable.ts'

export interface Turns {
  /** Resolves when it is the caller's turn, with the function that ends it; `unavailable` after the bounded wait. */
  take(): Promise<() => void>
}

export function createTurns(maxWaitMs: number, clock: Clock): Turns {
  const queue = new Set<() => void>()
  let taken = false

  /** Hands the turn to the longest waiting. */
  function next(): void {
    const [first] = queue
    if (first === undefined) {
      taken = false
      return
    }
    queue.delete(first)
    first()
  }

  return {
    take: () =>
      new Promise((resolve, reject) => {
        if (!taken) {
          taken = true
          resolve(next)
          return
        }
        const start = () => {
          clearTimeout(timer)
          resolve(next)
        }
        const timer = setTimeout(() => {
          queue.delete(start)
          reject(unavailable(new Error('the writer was busy for too long'), clock.now()))
        }, maxWaitMs)
        queue.add(start)
      }),
  }
}
