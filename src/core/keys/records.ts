/** Credentials: one table with a kind. */
import type { Project } from '../projects/records.ts'
import type { Scopes } from './scopes.ts'

export interface Key {
  id: string
  project: string
  /** The user a `client` or `site` key hangs below; null for pairs. */
  user: string | null
  kind: 'pair' | 'client' | 'site'
  label: string
  /** Of the person a client-key is for; null for other kinds. */
  email: string | null
  /** Of a client-key its prefix, of a site key `sp_` and its eight characters. Unique over all projects; null for those without one. */
  publicKey: string | null
  /** Sealed with the master key (pairs: HMAC needs the plain text; site keys that may be shown again), see core/keys/seal.ts. */
  secretSealed: string | null
  /** SHA-256 hex of the secret, for kinds found by it. Unique. */
  secretHash: string | null
  /** What a restricted pair may do; null: everything, and so for kinds other than pairs. */
  scopes: Scopes | null
  /** The camera that a restricted `site` key sends photos for, and nothing else; null: no such restriction. */
  camera: string | null
  status: 'active' | 'disabled'
  /** Epoch milliseconds; null: never. */
  expires: number | null
  /** Of a `site` key its last use, to the minute; null: none yet, and for kinds that do not count it. */
  used: number | null
  created: number
}

export interface KeyOfProject {
  key: Key
  project: Project
}

export interface KeyRepository {
  /** `conflict` when the public key or the secret's hash is taken. */
  insert(key: Key): Promise<void>
  find(id: string): Promise<Key | undefined>
  /** The key and its project, in one read: every request of two APIs begins with it or the next. */
  findByPublicKey(publicKey: string): Promise<KeyOfProject | undefined>
  findBySecretHash(secretHash: string): Promise<KeyOfProject | undefined>
  /** Oldest first; of one kind, or all of them. A project may have any number of client-keys. */
  list(project: string, kind?: Key['kind']): Promise<Key[]>
  update(id: string, patch: Partial<Pick<Key, 'label' | 'status' | 'expires'>>): Promise<boolean>
  /** A user's key of this kind; another user's is not found. */
  findOfUser(user: string, kind: Key['kind'], id: string): Promise<Key | undefined>
  /** Newest first, keys of cameras apart; `total` counts all of them. */
  pageOfUser(
    user: string,
    kind: Key['kind'],
    page: { offset: number; limit: number },
  ): Promise<{ keys: Key[]; total: number }>
  /** The row as it is now; undefined when the user has no such key. */
  updateOfUser(user: string, kind: Key['kind'], id: string, patch: KeyPatch): Promise<Key | undefined>
  /** Notes a use, unless one of that minute or a later one is noted. */
  touch(id: string, used: number): Promise<void>
  /** Those that send for this camera, whoever made them; newest first. */
  listOfCamera(project: string, camera: string): Promise<Key[]>
  /** True when a row went. */
  deleteOfCamera(project: string, camera: string, id: string): Promise<boolean>
  /** True when a row went. */
  deleteOfUser(user: string, kind: Key['kind'], id: string): Promise<boolean>
}

export type KeyPatch = Partial<Pick<Key, 'label' | 'email' | 'status'>>
