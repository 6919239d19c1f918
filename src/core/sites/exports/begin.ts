/** An export asked for, looked at, and done away with (site-photos-api.md section 7.3). */
import { DomainError, invalid } from '../../errors.ts'
import { prefixedUlid } from '../../ids.ts'
import type { Repositories } from '../../ports.ts'
import { type Access, includes, type Right, requireRight, rightAt, unknown } from '../access.ts'
import { type AskedFilter, visibleInstallations } from '../captures.ts'
import type { SiteCaller, SiteDeps } from '../deps.ts'
import type { CaptureFilter, Installation } from '../records.ts'
import { type Variant, variantRights } from '../variants.ts'
import type { Chosen, SiteExport } from './records.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock' | 'exports'>

export const exportPhotosKind = 'export-photos'
export const endExportKind = 'end-export'

/** Of one user, not finished. */
const mostOpen = 3
const idsAtOnce = 500

/** @throws DomainError `not_found`, `forbidden`, `invalid`: none fits or too many, `conflict`: others are at work */
export async function beginExport(
  deps: Deps,
  caller: SiteCaller,
  variant: Variant,
  wanted: { ids: readonly string[] } | { filter: AskedFilter },
): Promise<SiteExport> {
  const { store, clock, exports } = deps
  const { chosen, total } =
    'ids' in wanted
      ? await byIds(deps, caller, variant, wanted.ids)
      : await byFilter(deps, caller, variant, wanted.filter)
  const param = 'ids' in wanted ? 'photo_ids' : 'filter'
  if (total === 0) throw invalid(param, 'No photo fits that you may have in this variant; widen the filter.')
  if (total > exports.maxPhotos) {
    throw invalid(param, `${total} photos fit; an export has at most ${exports.maxPhotos}. Choose a shorter time.`)
  }
  const now = clock.now()
  const one: SiteExport = {
    id: prefixedUlid('ex', now),
    project: caller.project.id,
    user: caller.user.id,
    status: 'queued',
    variant,
    chosen,
    installations: [],
    total,
    photos: 0,
    skipped: 0,
    size: 0,
    manifest: null,
    error: null,
    created: now,
    finished: null,
    expires: null,
  }
  await store.tx(async (tx) => {
    if ((await tx.siteExports.countOpen(one.project, one.user)) >= mostOpen) {
      throw new DomainError('conflict', `${mostOpen} exports of yours are at work; wait for one, or delete one.`)
    }
    await tx.siteExports.insert(one)
    await tx.jobs.enqueue({ kind: exportPhotosKind, lane: 'batch', project: one.project, subject: one.id })
  })
  return one
}

async function byIds({ store }: Deps, { access, project }: SiteCaller, variant: Variant, given: readonly string[]) {
  const ids = [...new Set(given)]
  const places = new Map<string, Installation>()
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const asked = ids.slice(at, at + idsAtOnce)
    const found = new Map((await store.read.captures.findMany(project.id, asked)).map((one) => [one.id, one]))
    const fresh = [...new Set([...found.values()].map(({ installation }) => installation))].filter(
      (id) => !places.has(id),
    )
    for (const place of await store.read.installations.findMany(project.id, fresh)) places.set(place.id, place)
    for (const id of asked) {
      const capture = found.get(id)
      const place = capture && places.get(capture.installation)
      // The same for a photo of another's installation.
      if (place === undefined || rightAt(access, place.id) === null) {
        throw new DomainError(
          'not_found',
          `There is no photo ${JSON.stringify(id.slice(0, 40))}, or you may not see it.`,
          {
            param: 'photo_ids',
          },
        )
      }
      requireVariant(access, place, variant)
    }
  }
  return { chosen: { ids } satisfies Chosen, total: ids.length }
}

async function byFilter(
  { store }: Deps,
  caller: SiteCaller,
  variant: Variant,
  { every, installations: named, ...filter }: AskedFilter,
) {
  const { access, project } = caller
  const seen = await visibleInstallations({ store }, caller, named)
  const places = await store.read.installations.findMany(project.id, seen)
  for (const id of named ?? []) {
    const place = places.find((one) => one.id === id)
    if (place === undefined) throw unknown('installation', 'filter.installation_id')
    requireVariant(access, place, variant)
  }
  const installations = places.filter((place) => mayHave(access, place, variant)).map(({ id }) => id)
  const asked: CaptureFilter = { ...filter, project: project.id, installations }
  const total = installations.length === 0 ? 0 : await store.read.captures.count(asked)
  return { chosen: { filter: asked, ...(every === undefined ? {} : { every }) } satisfies Chosen, total }
}

type Place = Pick<Installation, 'id' | 'watermark'>

/** Whether photos of the installation may be in an export of this variant. */
export const mayHave = (access: Access, { id, watermark }: Place, variant: Variant) =>
  includes(rightAt(access, id), variantRights[variant]) && (variant !== 'watermark' || watermark !== null)

function requireVariant(access: Access, place: Place, variant: Variant): void {
  const needed: Right = variantRights[variant]
  requireRight(access, place.id, needed)
  if (mayHave(access, place, variant)) return
  throw invalid('variant', `The installation ${place.id} has no watermark; choose another variant.`)
}

/** Still there, and the caller may have all that is in it. */
export function isThere({ clock }: Pick<SiteDeps, 'clock'>, { access }: Pick<SiteCaller, 'access'>, one: SiteExport) {
  if (one.status === 'cancelled' || (one.expires ?? clock.now()) < clock.now()) return false
  const needed = variantRights[one.variant]
  return one.installations.every((place) => includes(rightAt(access, place), needed))
}

/** @throws DomainError `not_found`, also for what has photos of installations that the caller may not have any more */
export async function findExport(
  deps: Pick<SiteDeps, 'store' | 'clock'>,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
): Promise<SiteExport> {
  const found = await deps.store.read.siteExports.find(caller.project.id, id)
  if (found === undefined || !isThere(deps, caller, found)) throw unknown('export')
  return found
}

/** Of one's own. @throws DomainError `not_found` */
export async function findOwnExport(deps: Pick<SiteDeps, 'store' | 'clock'>, caller: SiteCaller, id: string) {
  const found = await findExport(deps, caller, id)
  if (found.user !== caller.user.id) throw unknown('export')
  return found
}

/** One's own, newest first, also those that are not there any more. */
export const listExports = (
  { store }: Pick<SiteDeps, 'store'>,
  { user, project }: SiteCaller,
  page: { after?: { created: number; id: string }; limit: number },
): Promise<SiteExport[]> => store.read.siteExports.page(project.id, user.id, page)

/** Ends the work and takes the files away. @throws DomainError `not_found` */
export async function deleteExport(
  deps: Pick<SiteDeps, 'store' | 'clock'>,
  caller: SiteCaller,
  id: string,
): Promise<void> {
  await findOwnExport(deps, caller, id)
  await deps.store.tx(async (tx) => {
    await tx.jobs.cancel(exportPhotosKind, id)
    await tx.jobs.cancel(endExportKind, id)
    await tx.siteExports.update(id, { status: 'cancelled' })
    await enqueueEnd(tx, { id, project: caller.project.id }, deps.clock.now())
  })
}

export async function enqueueEnd(
  tx: Repositories,
  { id, project }: Pick<SiteExport, 'id' | 'project'>,
  runAt: number,
): Promise<void> {
  await tx.jobs.enqueue({ kind: endExportKind, lane: 'batch', project, subject: id, runAt })
}
