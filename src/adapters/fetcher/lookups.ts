/** The system's name resolution, a few at a time: each lookup holds one of the few threads that also serve files. */
import { lookup } from 'node:dns/promises'
import type { Resolver } from './guard.ts'

/** Half of the threads Node has by default. */
const maxLookups = 2

/** Knows what the machine knows, /etc/hosts included. */
export function createSystemResolver(): Resolver {
  return bounded((hostname) => lookup(hostname, { all: true, verbatim: true }), maxLookups)
}

/** At most `max` at a time, first come first served. A caller that gives up meanwhile does not free a place: the thread is still held. */
export function bounded(resolve: Resolver, max: number): Resolver {
  let running = 0
  const waiting: (() => void)[] = []

  return async (hostname) => {
    if (running < max) running += 1
    // The one that ends hands its place on.
    else await new Promise<void>((start) => waiting.push(start))
    try {
      return await resolve(hostname)
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
