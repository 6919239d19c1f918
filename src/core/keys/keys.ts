/** Making, finding and rolling keys. Pair secrets are sealed, site and client keys are found by their hash. */
import { createHash, randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { Project } from '../projects/records.ts'
import type { Key } from './records.ts'
import type { Sealer } from './seal.ts'

export interface NewPair {
  project: string
  label: string
  /** Chosen by the operator; generated when absent. */
  publicKey?: string
  secretKey?: string
}

export interface Keys {
  /** Adds a pair inside a transaction; the plain secret is returned here and never again except by `secretOf`. */
  createPair(tx: Repositories, pair: NewPair): Promise<{ key: Key; secretKey: string }>
  /** Adds a key that is found by its hash. */
  createHashed(
    tx: Repositories,
    key: { kind: 'client' | 'site'; project: string; user: string | null; label: string; secret?: string },
  ): Promise<{ key: Key; secret: string }>
  /** The pair and its active project; undefined when unknown, disabled or expired. */
  findPair(publicKey: string): Promise<{ key: Key; project: Project } | undefined>
  /** Like findPair, by the secret: the Library API's private key. */
  findPairBySecret(secret: string): Promise<{ key: Key; project: Project } | undefined>
  /** The plain secret of a pair. */
  secretOf(key: Key): string
  /** A new pair for the project of `id`; the old one expires after `graceMs`. */
  roll(tx: Repositories, id: string, graceMs: number): Promise<{ key: Key; secretKey: string }>
}

export function createKeys({ store, sealer, clock }: { store: MetadataStore; sealer: Sealer; clock: Clock }): Keys {
  async function createPair(tx: Repositories, pair: NewPair) {
    const secretKey = pair.secretKey ?? `secret_key_${randomBytes(16).toString('hex')}_${suffix()}`
    const key: Key = {
      ...base(clock.now()),
      project: pair.project,
      user: null,
      kind: 'pair',
      label: pair.label,
      publicKey: pair.publicKey ?? `project_public_${randomBytes(16).toString('hex')}_${suffix()}`,
      secretSealed: sealer.seal(secretKey),
      secretHash: hashSecret(secretKey),
    }
    await tx.keys.insert(key)
    return { key, secretKey }
  }

  return {
    createPair,

    async createHashed(tx, { secret: chosen, ...rest }) {
      const secret = chosen ?? `${rest.kind === 'site' ? 'sk' : 'ck'}_${randomBytes(24).toString('base64url')}`
      const key: Key = {
        ...base(clock.now()),
        ...rest,
        publicKey: null,
        secretSealed: null,
        secretHash: hashSecret(secret),
      }
      await tx.keys.insert(key)
      return { key, secret }
    },

    async findPair(publicKey) {
      // No key holds a zero byte, and PostgreSQL refuses to look for one.
      if (publicKey.includes('\0')) return undefined
      const found = await store.read.keys.findByPublicKey(publicKey)
      if (found?.key.kind !== 'pair' || found.key.status !== 'active' || found.project.status !== 'active')
        return undefined
      const { expires } = found.key
      return expires !== null && expires <= clock.now() ? undefined : found
    },

    async findPairBySecret(secret) {
      const key = await store.read.keys.findBySecretHash(hashSecret(secret))
      return key?.publicKey == null ? undefined : this.findPair(key.publicKey)
    },

    secretOf(key) {
      if (key.secretSealed === null) throw new DomainError('internal', 'This kind of key keeps no readable secret.')
      return sealer.unseal(key.secretSealed)
    },

    async roll(tx, id, graceMs) {
      const old = await tx.keys.find(id)
      if (old === undefined || old.kind !== 'pair') {
        throw new DomainError('not_found', 'No key pair has this id; `imagestead keys list` shows them.', {
          param: 'id',
        })
      }
      await tx.keys.update(id, { expires: clock.now() + graceMs })
      return createPair(tx, { project: old.project, label: old.label })
    },
  }
}

/** SHA-256 hex: enough for random keys of 128 bits and more. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

const base = (now: number) => ({ id: hexId(now), status: 'active' as const, expires: null, created: now })
const suffix = () => randomBytes(4).toString('base64url').replaceAll(/[-_]/g, 'x')
