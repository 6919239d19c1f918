/** Finding captures (site-photos-api.md section 7.3). */
import { type Right, requireRight, unknown, visible } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { CaptureFilter, CapturePage, JudgedCapture } from './records.ts'

type Deps = Pick<SiteDeps, 'store'>

/** @throws DomainError `not_found`, also for what the user does not see; `forbidden` */
export async function findCapture(
  { store }: Deps,
  { access, project }: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
  needed: Right = 'view_watermarked',
): Promise<JudgedCapture> {
  const found = await store.read.captures.find(project.id, id)
  if (found === undefined) throw unknown('photo')
  requireRight(access, found.installation, needed, 'photo')
  return found
}

/**
 * Of the installations that the user sees; of those named in the filter, where it names some: others count as if they were
 * not there.
 */
export async function listCaptures(
  { store }: Deps,
  { access, project }: Pick<SiteCaller, 'access' | 'project'>,
  filter: Omit<CaptureFilter, 'installations'> & { installations?: readonly string[] },
  page: CapturePage,
): Promise<JudgedCapture[]> {
  const installations = await visibleInstallations({ store }, { access, project }, filter.installations)
  return store.read.captures.page({ ...filter, installations }, page)
}

/** How many `listCaptures` would find. */
export async function countCaptures(
  { store }: Deps,
  { access, project }: Pick<SiteCaller, 'access' | 'project'>,
  filter: Omit<CaptureFilter, 'installations'> & { installations?: readonly string[] },
): Promise<number> {
  const installations = await visibleInstallations({ store }, { access, project }, filter.installations)
  return store.read.captures.count({ ...filter, installations })
}

/** Ids of installations of the project that the user sees, of these where some are given. */
export async function visibleInstallations(
  { store }: Deps,
  { access, project }: Pick<SiteCaller, 'access' | 'project'>,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const seen = visible(access)
  const wanted = seen === 'all' ? asked : asked === undefined ? seen : seen.filter((id) => asked.includes(id))
  if (wanted !== undefined) return (await store.read.installations.findMany(project.id, wanted)).map(({ id }) => id)
  const all = await store.read.installations.page({ project: project.id, visible: 'all' }, { limit: 10_000 })
  return all.map(({ id }) => id)
}
