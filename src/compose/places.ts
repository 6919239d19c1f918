/** How many synchronous requests are held at once. */
import { DomainError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'

/** A bounded number of places; beyond it callers are told to come back. */
export function createPlaces(count: number, clock: Clock) {
  let taken = 0
  return {
    enter() {
      if (taken >= count) {
        throw new DomainError(
          'overloaded',
          'The server is processing as many requests as it can hold; try again shortly.',
          {
            retryAt: clock.now() + 2000,
          },
        )
      }
      taken += 1
      return () => {
        taken -= 1
      }
    },
  }
}
