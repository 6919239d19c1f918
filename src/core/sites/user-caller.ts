/** A user as who asks for files, when no request of theirs is there: by links and shares. */
import type { SiteDeps } from './deps.ts'
import type { MediaCaller } from './media.ts'

/** As the user's own requests. Undefined: the user or the project is disabled. */
export async function callerOfUser(
  { store }: Pick<SiteDeps, 'store'>,
  id: string,
  tokenVersion?: number,
): Promise<MediaCaller | undefined> {
  const found = await store.read.users.findWithProject(id)
  if (found?.user.status !== 'active' || found.project.status !== 'active') return undefined
  // A new password ends sessions.
  if (tokenVersion !== undefined && found.user.tokenVersion !== tokenVersion) return undefined
  return { project: found.project, access: await store.read.groups.accessOf(found.user) }
}
