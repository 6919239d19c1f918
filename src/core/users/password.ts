/** Passwords: scrypt with a random salt, as `scrypt$N$r$p$salt$hash` (base64url). */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { DomainError } from '../errors.ts'
import type { Clock } from '../ports.ts'

const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, 32, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Constant time in the password; false for a malformed hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, n, r, p, salt, hash] = stored.split('$')
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64url')
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: cost.maxmem }
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, options)
  return timingSafeEqual(actual, expected)
}

/** True when `stored` is the hash of the password. Throws `overloaded` when too many wait already. */
export type PasswordCheck = (password: string, stored: string | null) => Promise<boolean>

/** Checks that run at once; each takes 32 MB and one of the four threads that files are read with. */
const atOnce = 2
/** Ten seconds' worth of work; guesses under many names from many addresses must not pile up. */
const mostWaiting = 100

/** Checks that take the same time when there is nothing to compare with, a few at once, the others first come first served. */
export function createPasswordCheck(clock: Clock): PasswordCheck {
  const waiting: (() => void)[] = []
  let running = 0
  const nobody = ['scrypt', cost.N, cost.r, cost.p, 'A'.repeat(22), 'A'.repeat(43)].join('$')

  return async (password, stored) => {
    if (waiting.length >= mostWaiting) {
      const retryAt = clock.now() + 5000
      throw new DomainError('overloaded', 'Too many sign-ins are being checked. Try again in a moment.', { retryAt })
    }
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return (await verifyPassword(password, stored ?? nobody)) && stored !== null
    } finally {
      const next = waiting.shift()
      // The place goes on to the next in line.
      if (next === undefined) running -= 1
      else next()
    }
  }
}
