/**
 * Groups: named sets of installations, and what their members may do there (site-photos-api.md section 7.1). Who manages
 * everything makes them; others see those with an installation that they see, and of it only such.
 */
import { DomainError, invalid } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import type { User } from '../projects/records.ts'
import { type Access, includes, type Right, requireEverywhere, unknown, visible } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Group, GroupMember } from './records.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'>
type Seen = Pick<SiteCaller, 'access' | 'project'>

/** A group with how many installations the user sees of it. */
export interface SeenGroup extends Group {
  count: number
}

/** Ids looked up in one statement. */
const atOnce = 500

const managesAll = ({ everywhere }: Access) => includes(everywhere, 'manage')

/** In order of name. */
export async function listGroups(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Seen,
  page: { after?: string; limit: number },
): Promise<SeenGroup[]> {
  const seen = visible(access)
  const of = managesAll(access) ? 'all' : seen === 'all' ? 'filled' : seen
  const groups = await store.read.groups.page(project.id, { of, ...page })
  const counts = await store.read.groups.counts(
    groups.map(({ id }) => id),
    seen,
  )
  return groups.map((group) => ({ ...group, count: counts.get(group.id) ?? 0 }))
}

/** With the ids of its installations that the user sees. @throws DomainError `not_found`, also when the user sees none */
export async function findGroup(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Seen,
  id: string,
): Promise<{ group: SeenGroup; installations: string[] }> {
  const found = await store.read.groups.find(project.id, id)
  if (found === undefined) throw unknown('group')
  const seen = visible(access)
  const own = seen === 'all' ? undefined : new Set(seen)
  const installations = (await store.read.groups.installations(id)).filter((one) => own === undefined || own.has(one))
  if (installations.length === 0 && !managesAll(access)) throw unknown('group')
  return { group: { ...found, count: installations.length }, installations }
}

/** @throws DomainError `forbidden` without `manage` everywhere, `conflict`: the name is taken, `invalid`: an installation is unknown */
export async function createGroup(
  { store, clock }: Deps,
  { access, project }: Seen,
  {
    name,
    description = null,
    installations = [],
  }: Pick<Group, 'name'> & { description?: string | null; installations?: readonly string[] },
): Promise<Group> {
  requireEverywhere(access, 'manage')
  await requireInstallations(store.read, project.id, installations)
  const now = clock.now()
  const group: Group = {
    id: prefixedUlid('gr', now),
    project: project.id,
    name,
    description,
    created: now,
    updated: now,
  }
  await namedOnce(() =>
    store.tx(async (tx) => {
      await tx.groups.insert(group)
      if (installations.length > 0) await tx.groups.setInstallations(group.id, installations)
    }),
  )
  return group
}

/** @throws DomainError `forbidden`, `not_found`, `conflict`: the name is taken */
export function updateGroup(
  deps: Deps,
  caller: Seen,
  id: string,
  patch: Partial<Pick<Group, 'name' | 'description'>>,
): Promise<void> {
  return namedOnce(() => changeGroup(deps, caller, id, async () => undefined, patch))
}

/** Its members keep what other groups give them. @throws DomainError `forbidden`, `not_found` */
export async function deleteGroup({ store }: Deps, { access, project }: Seen, id: string): Promise<void> {
  requireEverywhere(access, 'manage')
  if (!(await store.tx((tx) => tx.groups.delete(project.id, id)))) throw unknown('group')
}

/** All of them, instead of those before. @throws DomainError `forbidden`, `not_found`, `invalid`: an installation is unknown */
export async function setGroupInstallations(
  deps: Deps,
  caller: Seen,
  id: string,
  installations: readonly string[],
): Promise<void> {
  requireEverywhere(caller.access, 'manage')
  await requireInstallations(deps.store.read, caller.project.id, installations)
  await changeGroup(deps, caller, id, (tx) => tx.groups.setInstallations(id, installations))
}

/** @throws DomainError `forbidden`, `not_found` */
export async function listGroupMembers(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Seen,
  id: string,
): Promise<GroupMember[]> {
  requireEverywhere(access, 'manage')
  if ((await store.read.groups.find(project.id, id)) === undefined) throw unknown('group')
  return store.read.groups.members(id)
}

/**
 * Gives a user of the project this right at the group's installations, instead of the one before; null takes it away.
 * @returns the user
 * @throws DomainError `forbidden`, `not_found`: the group, the user, or (taking away) the membership
 */
export async function setGroupMember(
  deps: Deps,
  caller: Seen,
  id: string,
  userId: string,
  right: Right | null,
): Promise<User> {
  requireEverywhere(caller.access, 'manage')
  return changeGroup(deps, caller, id, async (tx) => {
    const user = await tx.users.find(userId)
    if (user?.project !== caller.project.id) throw unknown('user', 'user')
    const had = await tx.groups.setMember(id, userId, right)
    if (right === null && !had) throw unknown('member of this group', 'user')
    return user
  })
}

/** In order of their names. @throws DomainError `forbidden` without `manage` everywhere */
export function listUsers(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Seen,
  page: { after?: string; limit: number },
): Promise<User[]> {
  requireEverywhere(access, 'manage')
  return store.read.users.pageOfProject(project.id, page)
}

/** Changes of one group one after the other. */
function changeGroup<T>(
  { store, clock }: Deps,
  { access, project }: Seen,
  id: string,
  fn: (tx: Repositories) => Promise<T>,
  patch: Partial<Pick<Group, 'name' | 'description'>> = {},
): Promise<T> {
  requireEverywhere(access, 'manage')
  return store.tx(async (tx) => {
    if (!(await tx.groups.update(project.id, id, { ...patch, updated: clock.now() }))) throw unknown('group')
    return fn(tx)
  })
}

async function requireInstallations(read: Repositories, project: string, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += atOnce) {
    const some = ids.slice(start, start + atOnce)
    const found = new Set((await read.installations.findMany(project, some)).map(({ id }) => id))
    const at = some.findIndex((id) => !found.has(id))
    if (at >= 0) {
      const name = `installation_ids.${start + at}`
      throw invalid(name, `${name} names no installation; list them with GET /site/v1/installations.`)
    }
  }
}

async function namedOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'conflict' || error.param !== undefined) throw error
    throw new DomainError('conflict', 'group name taken: another group of the project has it; choose another one.', {
      param: 'name',
      cause: error,
    })
  }
}
