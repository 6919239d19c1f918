/**
 * The one-time welcome link: printed at the start, opened by one browser within 24 hours, and from then on that browser
 * alone sees the first keys on the landing page. Nobody gets keys for looking local: behind a proxy every request does.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Key } from '../keys/records.ts'
import { type AccountDeps, accountOf, type FirstAccount, prepareAccount } from './account.ts'

export interface FirstKeys {
  project: string
  publicKey: string
  secretKey: string
  /** Of the project's first user; absent when it has none. */
  account?: FirstAccount
}

/**
 * Why a link opens nothing. `used`: opened by another browser, or replaced by a newer link, or never made;
 * `foreign-host`: the request came under a name that is neither this machine's loopback nor the public URL's.
 */
export type WelcomeRefusal = 'used' | 'expired' | 'foreign-host'

export interface Welcome {
  /** A fresh link token for the project; every earlier one stops working, also for a browser that had opened it. */
  mint(project: string): Promise<string>
  /** Like `mint` while no browser has opened a link of this project; undefined afterwards. */
  offer(project: string): Promise<string | undefined>
  /**
   * Binds the link to the calling browser and returns the cookie value that proves it. `host` is the request's Host;
   * `cookie` what the browser already has: opening its own link again works.
   */
  open(token: string, host: string, cookie?: string): Promise<{ cookie: string } | WelcomeRefusal>
  /** The project's oldest usable pair and its first user's credentials, for the browser that opened the link and while the link's 24 hours last. */
  keysFor(cookie: string): Promise<FirstKeys | undefined>
}

interface WelcomeDeps extends AccountDeps {
  publicUrl?: string
}

const lifetimeMs = 24 * 3600 * 1000

export function createWelcome(deps: WelcomeDeps): Welcome {
  const { store, clock, sealer, publicUrl } = deps
  async function mint(project: string): Promise<string> {
    const created = clock.now()
    const expires = created + lifetimeMs
    // The expiry in front is for the message only; what counts is the record, found by the hash of the whole token.
    const token = `${expires.toString(36)}-${randomBytes(24).toString('base64url')}`
    await store.tx((tx) => tx.welcome.replace({ tokenHash: hash(token), project, browserHash: null, expires, created }))
    return token
  }

  return {
    mint,

    async offer(project) {
      return (await store.read.welcome.opened(project)) ? undefined : mint(project)
    },

    async open(token, host, cookie) {
      if (!isOwnHost(host, publicUrl)) return 'foreign-host'
      const now = clock.now()
      const tokenHash = hash(token)
      if (cookie !== undefined) {
        const own = await store.read.welcome.findByBrowser(hash(cookie), now)
        if (own?.tokenHash === tokenHash) {
          await prepareAccount(deps, own.project)
          return { cookie }
        }
      }
      const fresh = randomBytes(32).toString('base64url')
      if (await store.tx((tx) => tx.welcome.open(tokenHash, hash(fresh), now))) {
        const link = await store.read.welcome.findByBrowser(hash(fresh), now)
        if (link !== undefined) await prepareAccount(deps, link.project)
        return { cookie: fresh }
      }
      return Number.parseInt(token.split('-')[0] ?? '', 36) <= now ? 'expired' : 'used'
    },

    async keysFor(cookie) {
      const now = clock.now()
      const link = await store.read.welcome.findByBrowser(hash(cookie), now)
      if (link === undefined) return undefined
      const pair = (await store.read.keys.list(link.project, 'pair')).find((key) => usablePair(key, now))
      if (pair === undefined || pair.publicKey === null || pair.secretSealed === null) return undefined
      const account = await accountOf(deps, link.project)
      return {
        project: link.project,
        publicKey: pair.publicKey,
        secretKey: sealer.unseal(pair.secretSealed),
        ...(account === undefined ? {} : { account }),
      }
    },
  }
}

/** True when `host` (a Host header) names this machine's loopback, or the authority of the public URL. */
export function isOwnHost(host: string, publicUrl: string | undefined): boolean {
  const url = parsed(`http://${host}`)
  if (url === undefined || url.username !== '' || url.pathname !== '/') return false
  const name = url.hostname
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name))
    return true
  const known = publicUrl === undefined ? undefined : parsed(publicUrl)
  // Read under the same scheme, so that a default port may be written or left out.
  return known !== undefined && parsed(`${known.protocol}//${host}`)?.host === known.host
}

const parsed = (text: string) => (URL.canParse(text) ? new URL(text) : undefined)
const hash = (text: string) => createHash('sha256').update(text).digest('hex')

function usablePair(key: Key, now: number): boolean {
  return key.kind === 'pair' && key.status === 'active' && (key.expires === null || key.expires > now)
}
