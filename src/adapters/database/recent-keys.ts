/**
 * Keys, users, their projects and their rights at sites as requests look them up, remembered for a moment: every request of
 * an API begins with the same few rows. What this process commits counts at once; what others do (an operator's command, another node)
 * within `maxAgeMs`.
 */
import type { KeyRepository } from '../../core/keys/records.ts'
import type { Clock } from '../../core/ports.ts'
import type { UserRepository } from '../../core/projects/records.ts'
import type { GroupRepository } from '../../core/sites/records.ts'

export interface RecentKeys {
  keys: KeyRepository
  users: UserRepository
  groups: GroupRepository
  /** A key, a user, a project or a group was changed: nothing read before counts any more. */
  forget(): void
}

const maxAgeMs = 1000
/** Beyond it all are forgotten. */
const most = 1000
/** A user's rights may name thousands of installations. */
const mostAccesses = 100

export function createRecentKeys(
  { keys, users, groups }: Pick<RecentKeys, 'keys' | 'users' | 'groups'>,
  clock: Clock,
): RecentKeys {
  const byName = createRecent<Awaited<ReturnType<KeyRepository['findByPublicKey']>>>(clock, most)
  const byId = createRecent<Awaited<ReturnType<UserRepository['findWithProject']>>>(clock, most)
  const byUser = createRecent<Awaited<ReturnType<GroupRepository['accessOf']>>>(clock, mostAccesses)
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
    groups: {
      ...groups,
      accessOf: (user) => byUser.find(`${user.id} ${user.siteAccess}`, () => groups.accessOf(user)),
    },
    forget() {
      byName.forget()
      byId.forget()
      byUser.forget()
    },
  }
}

function createRecent<Found>(clock: Clock, most: number) {
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
