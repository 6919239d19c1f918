/**
 * The credentials of a project's first user for the Scoring API and the Sites API, as the welcome link shows them. They are made when a link
 * is opened, so a server that nobody has welcomed has no password; sealed, they stay for the day of the link.
 */
import { randomInt } from 'node:crypto'
import { DomainError } from '../errors.ts'
import type { ClientKeys } from '../keys/client-keys.ts'
import type { Key } from '../keys/records.ts'
import type { Sealer } from '../keys/seal.ts'
import type { SiteKeys } from '../keys/site-keys.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { hashPassword } from '../users/password.ts'

export interface FirstAccount {
  username: string
  /** Undefined: somebody chose it, nobody can be shown it. */
  password: string | undefined
  /** The first client-key; undefined: it was made before, or is not there or switched off by now. */
  clientKey: string | undefined
  /** The same of the Sites API. */
  siteKey: string | undefined
}

export interface AccountDeps {
  store: MetadataStore
  clock: Clock
  sealer: Pick<Sealer, 'seal' | 'unseal'>
  clientKeys: ClientKeys
  siteKeys: SiteKeys
}

interface Secrets {
  password: string | undefined
  /** Version of the user's tokens since it: a later password has another one. */
  tokenVersion: number
  clientKey: KeptKey | undefined
  /** Absent in what an older version kept. */
  siteKey?: KeptKey | undefined
}

interface KeptKey {
  id: string
  secret: string
}

/** Makes a password when the project's first user has none, and keys of both kinds where there are none; once per project and day. */
export async function prepareAccount(
  { store, clock, sealer, clientKeys, siteKeys }: AccountDeps,
  project: string,
): Promise<void> {
  if ((await store.read.welcome.findAccount(project)) !== undefined) return
  const first = await store.read.users.firstOf(project)
  if (first === undefined) return
  const password = first.passwordHash === null ? newPassword() : undefined
  const passwordHash = password === undefined ? undefined : await hashPassword(password)
  try {
    await store.tx(async (tx) => {
      if (passwordHash !== undefined) await tx.users.update(first.id, { passwordHash })
      const { total } = await tx.keys.pageOfUser(first.id, 'client', { offset: 0, limit: 1 })
      const client = { name: 'First client', email: first.email ?? 'first.client@example.com' }
      const [clientKey] = total === 0 ? await clientKeys.insert(tx, first, [client]) : []
      const siteKey = await firstSiteKey(tx, siteKeys, first)
      if (password === undefined && clientKey === undefined && siteKey === undefined) return
      const tokenVersion = (await tx.users.find(first.id))?.tokenVersion ?? 0
      const made: Secrets = { password, tokenVersion, clientKey, siteKey }
      const secretsSealed = sealer.seal(JSON.stringify(made))
      await tx.welcome.insertAccount({ project, user: first.id, secretsSealed, created: clock.now() })
    })
  } catch (error) {
    // Opened twice at once by the same browser: the other request made them.
    if (!(error instanceof DomainError && error.code === 'conflict')) throw error
  }
}

async function firstSiteKey(tx: Repositories, siteKeys: SiteKeys, user: User): Promise<KeptKey | undefined> {
  const { total } = await tx.keys.pageOfUser(user.id, 'site', { offset: 0, limit: 1 })
  if (total > 0) return undefined
  const { key, secret } = await siteKeys.create(tx, { user, name: 'First key' })
  return { id: key.id, secret }
}

/** What may be shown now; undefined when the project has no user. */
export async function accountOf(deps: AccountDeps, project: string): Promise<FirstAccount | undefined> {
  const { store, sealer } = deps
  const kept = await store.read.welcome.findAccount(project)
  const user = kept === undefined ? await store.read.users.firstOf(project) : await store.read.users.find(kept.user)
  if (user === undefined || user.status !== 'active') return undefined
  const { username } = user
  if (kept === undefined) return { username, password: undefined, clientKey: undefined, siteKey: undefined }
  const made = JSON.parse(sealer.unseal(kept.secretsSealed)) as Secrets
  return {
    username,
    password: made.tokenVersion === user.tokenVersion ? made.password : undefined,
    clientKey: await usable(deps, user, 'client', made.clientKey),
    siteKey: await usable(deps, user, 'site', made.siteKey),
  }
}

async function usable(
  { store }: AccountDeps,
  user: User,
  kind: Key['kind'],
  key: KeptKey | undefined,
): Promise<string | undefined> {
  if (key === undefined) return undefined
  const found = await store.read.keys.findOfUser(user.id, kind, key.id)
  return found?.status === 'active' ? key.secret : undefined
}

/** Easily read and typed: no letters that look alike. 20 of 31 letters and digits hold 99 bits. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

function newPassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}
