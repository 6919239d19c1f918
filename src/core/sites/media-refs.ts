/**
 * By whose right a media link is read (site-photos-api.md section 6.2): a key, a web session or a share. What was switched
 * off, deleted or taken away since the link was given counts at once.
 */
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { MediaCaller } from './media.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'>

/** Undefined: the key, session or share does not count any more. */
type FindRef = (deps: Deps, ref: string, id: string, variant: string) => Promise<MediaCaller | undefined>

/** By what references begin with. */
const kinds: readonly (readonly [prefix: string, find: FindRef])[] = [['sk_', keyRef]]

/** What the links of this caller say. */
export function refOf({ key }: Pick<SiteCaller, 'key'>): string {
  return key?.id ?? ''
}

/** @param id of the file's thing, and the variant: a share is of some things only */
export function callerOfRef(deps: Deps, ref: string, id: string, variant: string): Promise<MediaCaller | undefined> {
  const kind = kinds.find(([prefix]) => ref.startsWith(prefix))
  return kind === undefined ? Promise.resolve(undefined) : kind[1](deps, ref, id, variant)
}

async function keyRef({ store, clock }: Deps, ref: string): Promise<MediaCaller | undefined> {
  const key = await store.read.keys.find(ref)
  if (key?.kind !== 'site' || key.user === null || key.status !== 'active' || key.camera !== null) return undefined
  if (key.expires !== null && key.expires <= clock.now()) return undefined
  return callerOfUser({ store }, key.user)
}

/** As the user's own requests. Undefined: the user or the project is disabled. */
export async function callerOfUser({ store }: Pick<Deps, 'store'>, id: string): Promise<MediaCaller | undefined> {
  const found = await store.read.users.findWithProject(id)
  if (found?.user.status !== 'active' || found.project.status !== 'active') return undefined
  return { project: found.project, access: await store.read.groups.accessOf(found.user) }
}
