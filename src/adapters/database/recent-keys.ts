/**
 * Keys, users and their projects as requests look them up, remembered for a moment: every request of an API begins with
 * the same few rows. What this process commits counts at once; what others do (an operator's command, another node)
 * within `maxAgeMs`.
 */
import type { KeyRepository } from '../../core/keys/records.ts'
import type { Clock } from '../../core/ports.ts'
import type { UserRepository } from '../../core/projects/records.ts'

export interface RecentKeys {
  keys: KeyRepository
  users: UserRepository
  /** A key, a user or a project was changed: nothing read before counts any more. */
  forget(): void
}

const maxAgeMs = 1000
/** Beyond it all are forgotten. */
const most = 1000

export function createRecentKeys(keys: KeyRepository, users: UserRepository, clock: Clock): RecentKeys {
  const byName = createRecent<Awaited<ReturnType<KeyRepository['findByPublicKey']>>>(clock)
  const byId = createRecent<Awaited<ReturnType<UserRepository['findWithProject']>>>(clock)
  return {
    keys: {
      ...keys,
      findByPublicKey: (publicKey) => byName.find(`public ${publicKey}`, () => keys.findByPublicKey(publicKey)),
      findBySecretHash: (hash) => byName.find(`secret ${hash}`, () => keys.findBySecretHash(hash)),
    },
    users: {
      ...users,
      findWithProject: (id) => byId.find(id, () => users.findWithProject(id)),
    },
    forget() {
      byName.forget()
      byId.forget()
    },
  }
}

function createRecent<Found>(clock: Clock) {
  let recent = new Map<string, { found: Found; read: number }>()
  return {
    async find(name: string, read: () => Promise<Found>): Promise<Found> {
      const known = recent.get(name)
      const now = clock.now()
      // A clock may be set back.
      if (known !== undefined && known.read <= now && now < known.read + maxAgeMs) return known.found
      // What is forgotten meanwhile takes along what is being read.
      const target = recent
      const found = await read()
      if (target.size >= most) target.clear()
      // Something unknown is looked for every time: it may be made at any moment.
      if (found === undefined) target.delete(name)
      else target.set(name, { found, read: now })
      return found
    },

    forget() {
      recent = new Map()
    },
  }
}
