/**
 * Checking a name and its password, whatever the sign-in then gives (a session token, a web session). Guessing is slowed
 * down per address and per name, whatever the limits switch says: one check for all ways in.
 */
import { DomainError } from '../errors.ts'
import type { Sealer } from '../keys/seal.ts'
import type { LimitPolicy } from '../limits/records.ts'
import type { Clock, LimitStore, MetadataStore } from '../ports.ts'
import type { Project, User, UserOfProject } from '../projects/records.ts'
import { createPasswordCheck } from './password.ts'
import { createThrottle } from './throttle.ts'

export interface SignIn {
  username: string
  password: string
  /** The client's. */
  address: string
}

/**
 * The account of this name and password.
 * @throws DomainError `unauthenticated` (the same for an unknown name and a wrong password), `forbidden` (the account is
 * suspended), `rate_limited` with retryAt
 */
export type CheckSignIn = (attempt: SignIn) => Promise<UserOfProject>

export interface SignInDeps {
  store: MetadataStore
  clock: Clock
  sealer: Sealer
  limits: LimitStore
  /** Sign-ins per second and address. */
  perSecond: number
}

export function createSignInCheck({ store, clock, sealer, limits, perSecond }: SignInDeps): CheckSignIn {
  const isPassword = createPasswordCheck(clock)
  const throttle = createThrottle({ store, clock, secret: sealer.derive('sign-in-names') })
  const perAddress: LimitPolicy = { name: 'sign-in', windowMs: 1000, max: perSecond, kind: 'sliding' }

  return async ({ username, password, address }) => {
    const { allowed, resetAt } = await limits.hit(address, perAddress)
    if (!allowed) throw tooMany(`More than ${perSecond} sign-ins per second came from this address.`, resetAt)
    const user = await throttle(username, async () => {
      // No name holds a zero byte, and PostgreSQL refuses to look for one.
      const found = username.includes('\0') ? undefined : await store.read.users.findByUsername(username)
      return (await isPassword(password, found?.passwordHash ?? null)) ? found : undefined
    })
    if (user === undefined) {
      throw new DomainError('unauthenticated', 'No account has this username and password.', { param: 'username' })
    }
    const account = { user, project: await store.read.projects.find(user.project) }
    refuseSuspended(account)
    return account
  }
}

interface MaybeAccount {
  user: User
  project: Project | undefined
}

export const isActive = ({ user, project }: MaybeAccount) => user.status === 'active' && project?.status === 'active'

/** @throws DomainError `forbidden` */
export function refuseSuspended(account: MaybeAccount): asserts account is UserOfProject {
  if (isActive(account)) return
  throw new DomainError('forbidden', 'This account is suspended; ask the operator of this server.', {
    extra: { code: 'account_suspended' },
  })
}

const tooMany = (why: string, retryAt: number) =>
  new DomainError('rate_limited', `${why} Wait and try again.`, { retryAt })
