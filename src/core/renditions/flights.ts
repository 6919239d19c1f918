/** Work that is done once however many ask for it at the same time. */
import { DomainError } from '../errors.ts'

export interface Flights<T> {
  /**
   * Joins the work of this key, or starts it. A caller whose signal aborts leaves (`cancelled`); the work goes on for the
   * others and is aborted when nobody is left.
   */
  join(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Whether there is work to join. */
  has(key: string): boolean
  readonly running: number
}

interface Flight<T> {
  result: Promise<T>
  waiting: number
  stop: AbortController
}

export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>()

  function begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const stop = new AbortController()
    const result = start(stop.signal).finally(() => {
      if (flights.get(key) === flight) flights.delete(key)
    })
    const flight = { result, waiting: 0, stop }
    // Its callers may all have left.
    result.catch(() => undefined)
    flights.set(key, flight)
    return flight
  }

  function leave(key: string, flight: Flight<T>): void {
    flight.waiting -= 1
    if (flight.waiting > 0) return
    // Who comes now begins anew.
    if (flights.get(key) === flight) flights.delete(key)
    flight.stop.abort(gone())
  }

  return {
    async join(key, signal, start) {
      if (signal.aborted) throw gone(signal)
      const flight = flights.get(key) ?? begin(key, start)
      flight.waiting += 1
      let onAbort = () => {}
      const left = new Promise<never>((_resolve, reject) => {
        onAbort = () => reject(gone(signal))
        signal.addEventListener('abort', onAbort, { once: true })
      })
      try {
        return await Promise.race([flight.result, left])
      } finally {
        signal.removeEventListener('abort', onAbort)
        leave(key, flight)
      }
    },
    has: (key) => flights.has(key),
    get running() {
      return flights.size
    },
  }
}

const gone = (signal?: AbortSignal) =>
  new DomainError('cancelled', 'Nobody waits for the picture any more.', { cause: signal?.reason })
