/**
 * Slows down guessing one name's password: after ten failures in a row each further one makes the name wait, twice as
 * long as the last, up to a minute. Known and unknown names alike; kept in the database, for all nodes and restarts.
 */
import { createHmac } from 'node:crypto'
import { DomainError } from '../errors.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import { createTurns } from '../turns.ts'

/** Runs a check of `name` that finds something or not, unless the name has to wait: `rate_limited` with retryAt. */
export type Throttle = <Found>(name: string, check: () => Promise<Found | undefined>) => Promise<Found | undefined>

const free = 10
const longestMs = 60_000
/** Failures this old are no longer in a row. */
const keptMs = 24 * 3600 * 1000
/** Checks of one name that may wait for their turn on one node. */
const mostWaiting = 20

export function createThrottle({
  store,
  clock,
  secret,
}: {
  store: MetadataStore
  clock: Clock
  secret: Buffer
}): Throttle {
  const inTurn = createTurns()
  const waiting = new Map<string, number>()

  async function checkOnce<Found>(nameHash: string, check: () => Promise<Found | undefined>) {
    const now = clock.now()
    const past = await store.read.signInFailures.find(nameHash)
    if (past !== undefined && past.blockedUntil > now) throw blocked(past.blockedUntil)
    const found = await check()
    if (found === undefined) await count(nameHash)
    else if (past !== undefined) await store.tx((tx) => tx.signInFailures.clear(nameHash))
    return found
  }

  async function count(nameHash: string): Promise<void> {
    await store.tx(async (tx) => {
      const now = clock.now()
      const failures = await tx.signInFailures.add(nameHash, now, now + keptMs)
      if (failures < free) return
      await tx.signInFailures.block(nameHash, now + Math.min(longestMs, 1000 * 2 ** (failures - free)))
    })
  }

  return async (name, check) => {
    const nameHash = createHmac('sha256', secret).update(name).digest('hex')
    const others = waiting.get(nameHash) ?? 0
    if (others >= mostWaiting) throw blocked(clock.now() + 1000)
    waiting.set(nameHash, others + 1)
    try {
      // One after the other: of many guesses at once not one more is looked at than the rule allows.
      return await inTurn(nameHash, () => checkOnce(nameHash, check))
    } finally {
      const left = (waiting.get(nameHash) ?? 1) - 1
      if (left === 0) waiting.delete(nameHash)
      else waiting.set(nameHash, left)
    }
  }
}

const blocked = (retryAt: number) =>
  new DomainError(
    'rate_limited',
    'Too many sign-ins under this name failed or are being checked. Wait and try again.',
    {
      retryAt,
    },
  )
