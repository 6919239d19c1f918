/**
 * Keys of the Sites API (site-photos-api.md section 2): `sp_`, eight characters of id, `_`, forty of secret. Found by the
 * id, compared by hash; sealed as well where they may be shown again. A bootstrap key has any form and is found by its hash.
 */
import { randomInt } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { equalInConstantTime } from './equal.ts'
import { hashSecret } from './keys.ts'
import type { Key, KeyOfProject } from './records.ts'
import type { Sealer } from './seal.ts'

export interface NewSiteKey {
  user: Pick<User, 'id' | 'project'>
  name: string
  /** Chosen by the operator; generated when absent. */
  secret?: string
  /** Only for sending what this camera takes. */
  camera?: string
}

export interface SiteKeys {
  /** Inside a transaction. @throws DomainError `conflict`: the user has twenty keys */
  create(tx: Repositories, wanted: NewSiteKey): Promise<{ key: Key; secret: string }>
  /** The key of this text that may be used now; what was switched off elsewhere counts within a second. */
  find(text: string): Promise<KeyOfProject | undefined>
  /** Notes that the key is used, once a minute and node at most; nobody waits for it. */
  noteUse(key: Key): void
  /** The whole text again. @throws DomainError `conflict`: it was not kept readable */
  reveal(key: Key): string
}

export interface SiteKeyDeps {
  store: MetadataStore
  sealer: Sealer
  clock: Clock
  /** False (site.keys.revealable): only hashes are kept. */
  revealable: boolean
}

export const mostSiteKeys = 20

const minuteMs = 60_000

const shape = /^(sp_[0-9A-Za-z]{8})_[0-9A-Za-z]{40}$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const letters = (count: number) => Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('')

export function createSiteKeys({ store, sealer, clock, revealable }: SiteKeyDeps): SiteKeys {
  /** Ids of keys whose use was noted in this minute. */
  let noted = { minute: 0, keys: new Set<string>() }

  return {
    async create(tx, { user, name, secret: chosen, camera }) {
      // Of two that make the last one allowed, one waits and sees it.
      await tx.users.lock(user.id)
      const { total } = await tx.keys.pageOfUser(user.id, 'site', { offset: 0, limit: 1 })
      if (total >= mostSiteKeys) {
        throw new DomainError('conflict', `A user has at most ${mostSiteKeys} keys; delete one that nothing uses.`)
      }
      const prefix = `sp_${letters(8)}`
      const secret = chosen ?? `${prefix}_${letters(40)}`
      const now = clock.now()
      const key: Key = {
        id: prefixedUlid('sk', now),
        project: user.project,
        user: user.id,
        kind: 'site',
        label: name,
        email: null,
        publicKey: chosen === undefined ? prefix : null,
        secretSealed: revealable ? sealer.seal(secret) : null,
        secretHash: hashSecret(secret),
        scopes: null,
        camera: camera ?? null,
        status: 'active',
        expires: null,
        used: null,
        created: now,
      }
      await tx.keys.insert(key)
      return { key, secret }
    },

    async find(text) {
      const prefix = shape.exec(text)?.[1]
      // Chosen by the operator it may look like anything.
      const found =
        (prefix === undefined ? undefined : await store.read.keys.findByPublicKey(prefix)) ??
        (await store.read.keys.findBySecretHash(hashSecret(text)))
      if (found?.key.kind !== 'site' || found.key.user === null) return undefined
      if (!equalInConstantTime(hashSecret(text), found.key.secretHash ?? '')) return undefined
      const { key, project } = found
      if (key.status !== 'active' || project.status !== 'active') return undefined
      return key.expires !== null && key.expires <= clock.now() ? undefined : found
    },

    noteUse({ id, used }) {
      const now = clock.now()
      const minute = now - (now % minuteMs)
      if (noted.minute !== minute) noted = { minute, keys: new Set() }
      const { keys } = noted
      if (keys.has(id)) return
      keys.add(id)
      if (used !== null && used >= minute) return
      // Once more with the next request.
      store.tx((tx) => tx.keys.touch(id, now)).catch(() => keys.delete(id))
    },

    reveal(key) {
      if (key.secretSealed !== null) return sealer.unseal(key.secretSealed)
      throw new DomainError('conflict', 'This key was not kept readable; make a new one and delete this one.')
    },
  }
}
