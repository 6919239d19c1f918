/**
 * Sessions of people in browsers (site-photos-api.md section 2; the console uses them too): a random text in a cookie,
 * kept here as its hash. They end by signing out, by idleness, by age, by a new password, and with the account. Each has
 * a token against forged requests, which pages of ours send as a header with every change.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { equalInConstantTime } from '../keys/equal.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import type { UserOfProject } from '../projects/records.ts'
import type { WebSession } from './records.ts'
import { type CheckSignIn, isActive, type SignIn } from './sign-in.ts'

/** A session that counts now, with the user and home project as they were at most a second ago. */
export interface OpenWebSession extends UserOfProject {
  session: WebSession
  /** What the session's pages send with changes. */
  csrfToken: string
}

export interface WebSessions {
  /**
   * Begins a session under a new id; the one that the browser had ends.
   * @param former text of the browser's cookie
   * @returns the text for the cookie
   * @throws DomainError as CheckSignIn
   */
  signIn(attempt: SignIn, former?: string): Promise<OpenWebSession & { token: string }>
  /** The session of a cookie's text; undefined when it has none that counts. */
  find(token: string): Promise<OpenWebSession | undefined>
  /** True for the token that belongs to the session. */
  isCsrfToken(session: OpenWebSession, given: string): boolean
  /** Notes that the password was given again. @throws DomainError as CheckSignIn; `unauthenticated` too when the session ended */
  confirm(session: OpenWebSession, password: string, address: string): Promise<OpenWebSession>
  /** Ends the session of a cookie's text, if it has one. */
  signOut(token: string): Promise<void>
  /** A session ends at this age, whatever happens; milliseconds. */
  readonly lifetimeMs: number
}

export interface WebSessionDeps {
  store: MetadataStore
  clock: Clock
  sealer: Sealer
  check: CheckSignIn
  /** Without a request for so long it ends. */
  idleMs: number
  lifetimeMs: number
}

/** Requests are noted this often. */
const noteMs = 60_000
/** Of one user; the oldest end. */
const most = 50

export function createWebSessions(deps: WebSessionDeps): WebSessions {
  const { store, clock, sealer, check, idleMs, lifetimeMs } = deps
  const secret = sealer.derive('web-session-csrf')
  const csrfTokenOf = (idHash: string) => createHmac('sha256', secret).update(idHash).digest('base64url')
  const expiryOf = (created: number, seen: number) => Math.min(created + lifetimeMs, seen + idleMs)

  /** Not waited for: that nobody was seen costs at most a minute of the idle time. */
  function note(session: WebSession, now: number): void {
    if (now - session.seen < Math.min(noteMs, idleMs / 4)) return
    store
      .tx((tx) => tx.webSessions.see(session.idHash, now, expiryOf(session.created, now)))
      // The next request notes it.
      .catch(() => undefined)
  }

  return {
    lifetimeMs,

    async signIn(attempt, former) {
      const { user, project } = await check(attempt)
      const token = randomBytes(32).toString('base64url')
      const now = clock.now()
      const session: WebSession = {
        idHash: hash(token),
        user: user.id,
        tokenVersion: user.tokenVersion,
        created: now,
        confirmed: now,
        seen: now,
        expires: expiryOf(now, now),
      }
      await store.tx(async (tx) => {
        if (former !== undefined) await tx.webSessions.end(hash(former))
        await tx.webSessions.insert(session)
        await tx.webSessions.prune(user.id, most)
      })
      return { token, session, csrfToken: csrfTokenOf(session.idHash), user, project }
    },

    async find(token) {
      const session = await store.read.webSessions.find(hash(token))
      const now = clock.now()
      // The settings may be stricter than when it was noted.
      if (session === undefined || now >= Math.min(session.expires, expiryOf(session.created, session.seen))) {
        return undefined
      }
      const account = await store.read.users.findWithProject(session.user)
      if (account === undefined || !isActive(account)) return undefined
      if (account.user.tokenVersion !== session.tokenVersion) return undefined
      note(session, now)
      return { session, csrfToken: csrfTokenOf(session.idHash), ...account }
    },

    isCsrfToken: ({ csrfToken }, given) => equalInConstantTime(csrfToken, given),

    async confirm(open, password, address) {
      const { user } = await check({ username: open.user.username, password, address })
      const confirmed = clock.now()
      const { idHash } = open.session
      const isStill = user.id === open.user.id && (await store.tx((tx) => tx.webSessions.confirm(idHash, confirmed)))
      if (!isStill) throw new DomainError('unauthenticated', 'You are signed out; sign in again.')
      return { ...open, session: { ...open.session, confirmed } }
    },

    async signOut(token) {
      await store.tx((tx) => tx.webSessions.end(hash(token)))
    },
  }
}

const hash = (token: string) => createHash('sha256').update(token).digest('hex')
