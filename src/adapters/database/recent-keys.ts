/**
 * Keys and their projects as requests look them up, remembered for a moment: every request of two APIs begins with the
 * same few rows. What this process commits counts at once; what others do (an operator's command, another node) within
 * `maxAgeMs`.
 */
import type { KeyOfProject, KeyRepository } from '../../core/keys/records.ts'
import type { Clock } from '../../core/ports.ts'

export interface RecentKeys {
  keys: KeyRepository
  /** A key or a project was changed: nothing read before counts any more. */
  forget(): void
}

const maxAgeMs = 1000
/** Beyond it all are forgotten. */
const most = 1000

export function createRecentKeys(keys: KeyRepository, clock: Clock): RecentKeys {
  let recent = new Map<string, { found: KeyOfProject; read: number }>()

  async function remembered(name: string, read: () => Promise<KeyOfProject | undefined>) {
    const known = recent.get(name)
    const now = clock.now()
    // A clock may be set back.
    if (known !== undefined && known.read <= now && now < known.read + maxAgeMs) return known.found
    // What is forgotten meanwhile takes along what is being read.
    const target = recent
    const found = await read()
    if (target.size >= most) target.clear()
    // An unknown key is looked for every time: it may be made at any moment.
    if (found === undefined) target.delete(name)
    else target.set(name, { found, read: now })
    return found
  }

  return {
    keys: {
      ...keys,
      findByPublicKey: (publicKey) => remembered(`public ${publicKey}`, () => keys.findByPublicKey(publicKey)),
      findBySecretHash: (hash) => remembered(`secret ${hash}`, () => keys.findBySecretHash(hash)),
    },
    forget() {
      recent = new Map()
    },
  }
}
