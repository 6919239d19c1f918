/**
 * What a signed-in person does with the own keys of the Sites API (site-photos-api.md section 2): every change and every
 * look at a secret is written to the audit, in the same transaction.
 */
import { DomainError } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { OpenWebSession } from '../users/web-sessions.ts'
import type { Key } from './records.ts'
import { mostSiteKeys, type SiteKeys } from './site-keys.ts'

export interface OwnKeysDeps {
  store: MetadataStore
  clock: Clock
  siteKeys: SiteKeys
}

/** Who, and from where. */
export interface KeyOwner extends Pick<OpenWebSession, 'user' | 'session'> {
  /** The client's. */
  address: string
}

/** An older sign-in has to give the password again before a secret is shown. */
export const freshSignInMs = 10 * 60_000

/** All of them, newest first; those made for cameras too. */
export async function listOwnKeys({ store }: Pick<OwnKeysDeps, 'store'>, { user }: KeyOwner): Promise<Key[]> {
  const { keys } = await store.read.keys.pageOfUser(user.id, 'site', { offset: 0, limit: mostSiteKeys * 50 })
  return keys
}

/** @throws DomainError `conflict`: the user has twenty keys */
export function createOwnKey(deps: OwnKeysDeps, owner: KeyOwner, name: string): Promise<{ key: Key; secret: string }> {
  return deps.store.tx(async (tx) => {
    const made = await deps.siteKeys.create(tx, { user: owner.user, name })
    await audit(deps, tx, owner, 'site-key.created', made.key.id)
    return made
  })
}

/**
 * The whole key again.
 * @throws DomainError `not_found`; `conflict`: it was not kept readable; `forbidden` (param `password`): the sign-in is
 * older than ten minutes
 */
export async function revealOwnKey(deps: OwnKeysDeps, owner: KeyOwner, id: string): Promise<string> {
  const key = await deps.store.read.keys.findOfUser(owner.user.id, 'site', id)
  if (key === undefined) throw unknownKey()
  if (deps.clock.now() - owner.session.confirmed >= freshSignInMs) {
    throw new DomainError('forbidden', 'You signed in more than 10 minutes ago; give your password again.', {
      param: 'password',
    })
  }
  const secret = deps.siteKeys.reveal(key)
  await deps.store.tx((tx) => audit(deps, tx, owner, 'site-key.revealed', id))
  return secret
}

/** @throws DomainError `not_found` */
export function changeOwnKey(
  deps: OwnKeysDeps,
  owner: KeyOwner,
  id: string,
  { name, enabled }: { name?: string | undefined; enabled?: boolean | undefined },
): Promise<Key> {
  return deps.store.tx(async (tx) => {
    const changed = await tx.keys.updateOfUser(owner.user.id, 'site', id, {
      ...(name === undefined ? {} : { label: name }),
      ...(enabled === undefined ? {} : { status: enabled ? 'active' : 'disabled' }),
    })
    if (changed === undefined) throw unknownKey()
    if (name !== undefined) await audit(deps, tx, owner, 'site-key.renamed', id)
    if (enabled !== undefined) await audit(deps, tx, owner, enabled ? 'site-key.enabled' : 'site-key.disabled', id)
    return changed
  })
}

/** For ever. @throws DomainError `not_found` */
export function deleteOwnKey(deps: OwnKeysDeps, owner: KeyOwner, id: string): Promise<void> {
  return deps.store.tx(async (tx) => {
    if (!(await tx.keys.deleteOfUser(owner.user.id, 'site', id))) throw unknownKey()
    await audit(deps, tx, owner, 'site-key.deleted', id)
  })
}

async function audit(
  { clock }: Pick<OwnKeysDeps, 'clock'>,
  tx: Repositories,
  { user, address }: KeyOwner,
  action: string,
  subject: string,
): Promise<void> {
  const created = clock.now()
  await tx.audits.insert({
    id: prefixedUlid('au', created),
    project: user.project,
    user: user.id,
    action,
    subject,
    address,
    created,
  })
}

const unknownKey = () => new DomainError('not_found', 'You have no key with this id.', { param: 'id' })
