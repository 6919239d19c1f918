/** The system's name resolution, a few at a time: each lookup holds one of the few threads that also serve files. */
import { lookup } from 'node:dns/promises'
import type { Resolver } from './guard.ts'

const maxLookups = 2

export function createSystemResolver(): Resolver {
  let running = 0
  const waiting: (() => void)[] = []

  return async (hostname) => {
    if (running < maxLookups) running += 1
    // The one that ends hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await lookup(hostname, { all: true, verbatim: true })
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
