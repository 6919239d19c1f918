/** Long calculations in a server: they let others in every few milliseconds and change nothing by it. */
import { setImmediate } from 'node:timers/promises'

export type Breath = () => Promise<void> | undefined

/** To be called often; gives way when `ms` of calculating are over. `signal` ends the calculation. */
export function createBreath(signal?: AbortSignal, ms = 4): Breath {
  let since = performance.now()
  return () => {
    if (performance.now() - since < ms) return undefined
    signal?.throwIfAborted()
    return setImmediate(undefined).then(() => {
      since = performance.now()
    })
  }
}
