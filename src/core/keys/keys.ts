/** Making, finding and rolling keys. Pair secrets are sealed. Client-keys and site keys have files of their own. */
import { createHash, randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'
import { hexId } from '../ids.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { Key, KeyOfProject } from './records.ts'
import type { Scopes } from './scopes.ts'
import type { Sealer } from './seal.ts'

export interface NewPair {
  project: string
  label: string
  /** Chosen by the operator; generated when absent. */
  publicKey?: string
  secretKey?: string
  /** Makes a restricted pair; absent: it may do everything. */
  scopes?: Scopes | null
}

/** A pair that may be used now, or why there is none; the Library API has a sentence for each. */
export type PairLookup =
  | ({ state: 'valid' } & KeyOfProject)
  | { state: 'unknown' | 'disabled' | 'expired' | 'project_disabled' }

export interface Keys {
  /** Adds a pair inside a transaction; the plain secret is returned here and never again except by `secretOf`. */
  createPair(tx: Repositories, pair: NewPair): Promise<{ key: Key; secretKey: string }>
  /** The pair and its active project; undefined when unknown, disabled or expired. */
  findPair(publicKey: string): Promise<KeyOfProject | undefined>
  /** The same, telling apart why not. */
  lookUpPair(publicKey: string): Promise<PairLookup>
  /** By the secret itself, as the Library API's callers send it. */
  findPairBySecret(secretKey: string): Promise<PairLookup>
  /** The plain secret of a pair. */
  secretOf(key: Key): string
  /** A new pair for the project of `id` that may do the same; the old one expires after `graceMs`, or earlier if it did already. */
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
      email: null,
      publicKey: pair.publicKey ?? `project_public_${randomBytes(16).toString('hex')}_${suffix()}`,
      secretSealed: sealer.seal(secretKey),
      secretHash: hashSecret(secretKey),
      scopes: pair.scopes ?? null,
    }
    await tx.keys.insert(key)
    return { key, secretKey }
  }

  /** By record: those of pairs in use are remembered by the store. */
  const secrets = new WeakMap<Key, string>()

  function judge(found: KeyOfProject | undefined): PairLookup {
    if (found?.key.kind !== 'pair') return { state: 'unknown' }
    const { key, project } = found
    if (key.status !== 'active') return { state: 'disabled' }
    if (key.expires !== null && key.expires <= clock.now()) return { state: 'expired' }
    return project.status === 'active' ? { state: 'valid', key, project } : { state: 'project_disabled' }
  }

  async function lookUpPair(publicKey: string): Promise<PairLookup> {
    // No key holds a zero byte, and PostgreSQL refuses to look for one.
    return publicKey.includes('\0') ? { state: 'unknown' } : judge(await store.read.keys.findByPublicKey(publicKey))
  }

  return {
    createPair,

    lookUpPair,

    async findPair(publicKey) {
      const found = await lookUpPair(publicKey)
      return found.state === 'valid' ? { key: found.key, project: found.project } : undefined
    },

    async findPairBySecret(secretKey) {
      return judge(await store.read.keys.findBySecretHash(hashSecret(secretKey)))
    },

    secretOf(key) {
      if (key.secretSealed === null) throw new DomainError('internal', 'This kind of key keeps no readable secret.')
      const known = secrets.get(key)
      if (known !== undefined) return known
      const secret = sealer.unseal(key.secretSealed)
      secrets.set(key, secret)
      return secret
    },

    async roll(tx, id, graceMs) {
      const old = await tx.keys.find(id)
      if (old === undefined || old.kind !== 'pair') {
        throw new DomainError('not_found', 'No key pair has this id; `imagestead keys list` shows them.', {
          param: 'id',
        })
      }
      const end = clock.now() + graceMs
      await tx.keys.update(id, { expires: Math.min(old.expires ?? end, end) })
      return createPair(tx, { project: old.project, label: old.label, scopes: old.scopes })
    },
  }
}

/** SHA-256 hex: enough for random keys of 128 bits and more. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

const base = (now: number) => ({
  id: hexId(now),
  status: 'active' as const,
  camera: null,
  expires: null,
  used: null,
  created: now,
})
const suffix = () => randomBytes(4).toString('base64url').replaceAll(/[-_]/g, 'x')
