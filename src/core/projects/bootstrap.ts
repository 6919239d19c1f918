/** The first start: first project, key pair, user and site key, once and under the database's own lock. */
import { DomainError } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Keys } from '../keys/keys.ts'
import type { Sealer } from '../keys/seal.ts'
import type { SiteKeys } from '../keys/site-keys.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import { hashPassword } from '../users/password.ts'
import { isProjectId } from './project-id.ts'
import { projectSettingsSchema } from './settings.ts'

export interface FirstKeys {
  project: string
  publicKey?: string
  secretKey?: string
  user?: string
  password?: string
  siteKey?: string
}

interface BootstrapDeps {
  store: MetadataStore
  keys: Keys
  siteKeys: SiteKeys
  sealer: Sealer
  clock: Clock
  first: FirstKeys
}

const checkText = 'imagestead master key'

/**
 * Refuses a master key that is not the one the database was sealed with, and creates the first project when there is
 * none. Several nodes may start together: exactly one creates, the marker row decides.
 * @throws DomainError `invalid` for a wrong master key, or an id that no project may have
 */
export async function bootstrap({ store, keys, siteKeys, sealer, clock, first }: BootstrapDeps): Promise<void> {
  await checkMasterKey(store, sealer)
  if ((await store.read.meta.get('bootstrapped')) !== undefined) return
  if (!isProjectId(first.project)) {
    throw new DomainError(
      'invalid',
      `IMAGESTEAD_BOOTSTRAP_PROJECT must be no path that the server itself answers to: "${first.project}" is.`,
      {
        param: 'BOOTSTRAP_PROJECT',
      },
    )
  }
  const passwordHash = first.password === undefined ? null : await hashPassword(first.password)
  const mine = `${process.pid}.${clock.now()}.${Math.random()}`
  await store.tx(async (tx) => {
    if ((await tx.meta.setOnce('bootstrapped', mine)) !== mine) return
    const now = clock.now()
    const project = first.project
    const settings = projectSettingsSchema.parse({})
    await tx.projects.insert({ id: project, name: project, status: 'active', settings, created: now })
    await keys.createPair(tx, {
      project,
      label: 'first key',
      ...(first.publicKey !== undefined && first.secretKey !== undefined
        ? { publicKey: first.publicKey, secretKey: first.secretKey }
        : {}),
    })
    const user = prefixedUlid('us', now)
    const username = first.user ?? 'admin'
    await tx.users.insert({
      id: user,
      username,
      project,
      email: null,
      passwordHash,
      status: 'active',
      tokenVersion: 0,
      credits: null,
      siteAccess: 'manage',
      siteMinute: null,
      siteMonth: null,
      created: now,
    })
    if (first.siteKey !== undefined) {
      await siteKeys.create(tx, { user: { id: user, project }, name: 'first key', secret: first.siteKey })
    }
  })
}

async function checkMasterKey(store: MetadataStore, sealer: Sealer): Promise<void> {
  const kept =
    (await store.read.meta.get('master_key_check')) ??
    (await store.tx((tx) => tx.meta.setOnce('master_key_check', sealer.seal(checkText))))
  try {
    if (sealer.unseal(kept) === checkText) return
  } catch (cause) {
    throw new DomainError(
      'invalid',
      'IMAGESTEAD_MASTER_KEY (or master.key in the data folder) is not the key this database was made with; give the original one.',
      { param: 'MASTER_KEY', cause },
    )
  }
}
