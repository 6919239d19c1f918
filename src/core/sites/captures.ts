/** Finding captures (site-photos-api.md section 7.3). */
import { type Right, requireRight, unknown, visible } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Every } from './every.ts'
import type { CaptureFilter, CapturePage, JudgedCapture } from './records.ts'

type Deps = Pick<SiteDeps, 'store'>
type Seen = Pick<SiteCaller, 'access' | 'project'>

/** As the caller asks; `every`: one photo per slot of each installation. */
export type AskedFilter = Omit<CaptureFilter, 'project' | 'installations'> & {
  installations?: readonly string[]
  every?: Every
}

/** @throws DomainError `not_found`, also for what the user does not see; `forbidden` */
export async function findCapture(
  { store }: Deps,
  { access, project }: Seen,
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
  caller: Seen,
  { every, ...asked }: AskedFilter,
  page: CapturePage,
): Promise<JudgedCapture[]> {
  const filter = await filterOf({ store }, caller, asked)
  return every === undefined ? store.read.captures.page(filter, page) : store.read.captures.thinned(filter, every, page)
}

/** Photos that the list has, over all its pages; thinning does not count. */
export async function countCaptures({ store }: Deps, caller: Seen, { every: _, ...asked }: AskedFilter) {
  return store.read.captures.count(await filterOf({ store }, caller, asked))
}

/** Of one request, at most. */
const pageLimit = 1000

/**
 * Photos of a film, oldest first: those that fit, one per slot where `every` is given, at most `max`; then the first ones.
 * Reads pages, never more than it returns. Rights are the caller's business.
 */
export async function thinnedCaptures(
  { store }: Deps,
  filter: CaptureFilter,
  every: Every | undefined,
  max: number,
): Promise<JudgedCapture[]> {
  const found: JudgedCapture[] = []
  for (let more = true; more && found.length < max; ) {
    const last = found.at(-1)
    const limit = Math.min(pageLimit, max - found.length)
    const after = last === undefined ? {} : { after: { taken: last.taken, id: last.id } }
    const page: CapturePage = { order: 'asc', limit, ...after }
    const next = await (every === undefined
      ? store.read.captures.page(filter, page)
      : store.read.captures.thinned(filter, every, page))
    found.push(...next)
    more = next.length === limit
  }
  return found
}

async function filterOf(
  deps: Deps,
  caller: Seen,
  { installations: asked, ...filter }: Omit<AskedFilter, 'every'>,
): Promise<CaptureFilter> {
  const installations = await visibleInstallations(deps, caller, asked)
  return { ...filter, project: caller.project.id, installations }
}

/** Ids of installations of the project that the user sees, of these where some are given. */
export async function visibleInstallations(
  { store }: Deps,
  { access, project }: Seen,
  asked: readonly string[] | undefined,
): Promise<string[]> {
  const seen = visible(access)
  const wanted = seen === 'all' ? asked : asked === undefined ? seen : seen.filter((id) => asked.includes(id))
  if (wanted === undefined) return store.read.captures.places(project.id)
  return (await store.read.installations.findMany(project.id, [...new Set(wanted)])).map(({ id }) => id)
}
