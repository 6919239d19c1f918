/**
 * What an account may spend (scoring-api.md section 10). Work reserves its cost first, takes it when it succeeded and
 * gives it back when not. A reservation is a row beside the balance: when its node dies, the sweep gives it back, once.
 */
import { DomainError, invalid } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { User } from '../projects/records.ts'
import type { CreditChange } from './records.ts'

/** End it with `take` or `giveBack`; whichever comes first counts. */
export interface Reservation {
  /** The work succeeded: the credits are spent. */
  take(): Promise<void>
  /** It did not: they go back to the balance. */
  giveBack(): Promise<void>
  /** What the account has left, as far as known here; null: unlimited. */
  remaining(): number | null
}

export interface Credits {
  /** @throws DomainError `quota_exceeded` when the balance does not cover the cost (extra `creditsRemaining`) */
  reserve(user: User, cost: number): Promise<Reservation>
  /**
   * Sets a balance, null: unlimited; what is reserved of the old one is not given back any more. Journaled.
   * @param who changed it, e.g. `operator ana`
   * @throws DomainError `not_found`, `invalid` (param `credits`)
   */
  set(tx: Repositories, user: string, credits: number | null, who: string): Promise<void>
  /** The last changes of a balance, newest first. */
  journal(user: string, limit: number): Promise<CreditChange[]>
}

export interface CreditsDeps {
  store: MetadataStore
  clock: Clock
  /** False (IMAGESTEAD_LIMITS=off): every account is unlimited. */
  limited: boolean
}

/** No request lives as long as this. */
const reservedMs = 3600 * 1000
const mostCredits = 1_000_000_000_000

const free: Reservation = { take: async () => {}, giveBack: async () => {}, remaining: () => null }

export function createCredits({ store, clock, limited }: CreditsDeps): Credits {
  function reservation(id: string, left: number): Reservation {
    let remaining = left
    let open = true
    const end = (how: (tx: Repositories) => Promise<number | undefined>) => async () => {
      if (!open) return
      open = false
      remaining = (await store.tx(how)) ?? remaining
    }
    return {
      take: end(async ({ credits }) => {
        await credits.spend(id)
        return undefined
      }),
      giveBack: end(({ credits }) => credits.giveBack(id)),
      remaining: () => remaining,
    }
  }

  return {
    async reserve(user, cost) {
      if (!limited || user.credits === null) return free
      // Nothing to pay: only what is left is told.
      if (cost === 0) return { ...free, remaining: () => user.credits }
      const id = hexId(clock.now())
      const expires = clock.now() + reservedMs
      const { reserved, balance } = await store.tx(async ({ credits, users }) => {
        const reserved = await credits.reserve({ id, user: user.id, cost, expires })
        return { reserved, balance: reserved ?? (await users.find(user.id))?.credits }
      })
      if (reserved !== undefined) return reservation(id, reserved)
      if (balance === null) return free
      throw new DomainError(
        'quota_exceeded',
        `The account's credits do not cover this call, which costs ${cost}; ask the operator of this server for more.`,
        { extra: { code: 'credits_exhausted', creditsRemaining: balance ?? 0 } },
      )
    },

    async set(tx, user, credits, who) {
      if (credits !== null && !(Number.isSafeInteger(credits) && credits >= 0 && credits <= mostCredits)) {
        throw invalid('credits', `credits must be a whole number from 0 to ${mostCredits}, or unlimited.`)
      }
      const before = await tx.credits.lock(user)
      if (before === undefined) throw new DomainError('not_found', 'There is no such user.', { param: 'user' })
      const created = clock.now()
      await tx.credits.set({ id: hexId(created), user, who, before, after: credits, created })
    },

    journal: (user, limit) => store.read.credits.journal(user, limit),
  }
}
