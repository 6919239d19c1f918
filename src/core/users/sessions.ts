/**
 * The session tokens that a sign-in gives to programs (scoring-api.md section 2): JWTs of 24 hours that name the user and
 * the version of the user's tokens. People in browsers get web sessions (web-sessions.ts).
 */
import { createHmac, randomUUID } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { equalInConstantTime } from '../keys/equal.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import type { Project, User } from '../projects/records.ts'
import { type CheckSignIn, refuseSuspended, type SignIn } from './sign-in.ts'

export interface Session {
  user: User
  project: Project
}

export interface Sessions {
  /** @throws DomainError as CheckSignIn */
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
  check: CheckSignIn
}

const lifeSeconds = 86_400

export function createSessions({ store, clock, sealer, check }: SessionDeps): Sessions {
  const secret = sealer.derive('session-tokens')
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
    async signIn(attempt) {
      const { user } = await check(attempt)
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

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

const refused = (why = 'This is no session token of this server') =>
  new DomainError('unauthenticated', `${why}; get a new one with POST /v2.0/authenticate.`, { param: 'Authorization' })
