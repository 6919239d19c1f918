/**
 * Signing in with name and password, and the session tokens it gives (scoring-api.md section 2): JWTs of 24 hours that
 * name the user and the version of the user's tokens. Guessing is slowed down per address and per name, whatever the
 * limits switch says.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { equalInConstantTime } from '../keys/equal.ts'
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

export interface Session {
  user: User
  project: Project
}

export interface Sessions {
  /**
   * @throws DomainError `unauthenticated` (the same for an unknown name and a wrong password), `forbidden` (the account is
   * suspended), `rate_limited` with retryAt
   */
  signIn(attempt: SignIn): Promise<{ token: string }>
  /**
   * The token's user and home project, as they were at most a second ago.
   * @throws DomainError `unauthenticated` (no token of ours, expired, or ended by a new password), `forbidden` (a good
   * token of a suspended account)
   */
  verify(token: string): Promise<Session>
}

export interface SessionDeps {
  store: MetadataStore
  clock: Clock
  sealer: Sealer
  limits: LimitStore
  /** Sign-ins per second and address. */
  perSecond: number
}

const lifeSeconds = 86_400

export function createSessions({ store, clock, sealer, limits, perSecond }: SessionDeps): Sessions {
  const secret = sealer.derive('session-tokens')
  const isPassword = createPasswordCheck(clock)
  const throttle = createThrottle({ store, clock, secret: sealer.derive('sign-in-names') })
  const perAddress: LimitPolicy = { name: 'sign-in', windowMs: 1000, max: perSecond, kind: 'sliding' }
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')

  function issue(user: User): string {
    const iat = Math.floor(clock.now() / 1000)
    const claims = { sub: user.id, iat, exp: iat + lifeSeconds, jti: randomUUID(), ver: user.tokenVersion }
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
    return `${signed}.${sign(signed)}`
  }

  /** The claims of a token that we signed and that has not expired. */
  function claimsOf(token: string): { sub: string; ver: number } {
    const [header = '', payload = '', signature = '', ...rest] = token.split('.')
    if (rest.length > 0 || !equalInConstantTime(signature, sign(`${header}.${payload}`))) throw refused()
    // Signed by us, so it is what `issue` wrote.
    const { sub, exp, ver } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
    if (clock.now() >= exp * 1000) throw refused('The session token has expired')
    return { sub, ver }
  }

  return {
    async signIn({ username, password, address }) {
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
      refuseSuspended({ user, project: await store.read.projects.find(user.project) })
      return { token: issue(user) }
    },

    async verify(token) {
      const { sub, ver } = claimsOf(token)
      const found = await store.read.users.findWithProject(sub)
      if (found === undefined) throw refused()
      refuseSuspended(found)
      if (found.user.tokenVersion !== ver) throw refused('The session token was ended by a change of the account')
      return found
    },
  }
}

interface Claims {
  sub: string
  exp: number
  ver: number
}

function refuseSuspended({ user, project }: { user: User; project: UserOfProject['project'] | undefined }): void {
  if (user.status === 'active' && project?.status === 'active') return
  throw new DomainError('forbidden', 'This account is suspended; ask the operator of this server.', {
    extra: { code: 'account_suspended' },
  })
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

const refused = (why = 'This is no session token of this server') =>
  new DomainError('unauthenticated', `${why}; get a new one with POST /v2.0/authenticate.`, { param: 'Authorization' })

const tooMany = (why: string, retryAt: number) =>
  new DomainError('rate_limited', `${why} Wait and try again.`, { retryAt })
