/** Passwords of shares: guesses are throttled per share, and who knows it carries a proof that ends with it. */
import { createHmac } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { equalInConstantTime } from '../keys/equal.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import { createPasswordCheck } from '../users/password.ts'
import { createThrottle } from '../users/throttle.ts'
import type { Share } from './share-records.ts'

export interface SharePasswords {
  /**
   * The proof for the visitor's cookie.
   * @throws DomainError `wrong_password`; `rate_limited` after many wrong ones; `overloaded`
   */
  enter(share: Share, password: string): Promise<string>
  /** True where there is no password, or the proof is good. */
  mayEnter(share: Share, proof: string | undefined): boolean
}

export function createSharePasswords({
  store,
  clock,
  sealer,
}: {
  store: MetadataStore
  clock: Clock
  sealer: Sealer
}): SharePasswords {
  const throttle = createThrottle({ store, clock, secret: sealer.derive('share-guesses') })
  const check = createPasswordCheck(clock)
  const secret = sealer.derive('share-proofs')
  const proofOf = ({ id, passwordHash }: Share) =>
    createHmac('sha256', secret).update(`${id}\n${passwordHash}`).digest('base64url')

  return {
    async enter(share, password) {
      const fits = await throttle(share.id, async () => (await check(password, share.passwordHash)) || undefined)
      if (fits) return proofOf(share)
      throw new DomainError('wrong_password', 'This is not the password; try again.', { param: 'password' })
    },

    mayEnter: (share, proof) =>
      share.passwordHash === null || (proof !== undefined && equalInConstantTime(proof, proofOf(share))),
  }
}
