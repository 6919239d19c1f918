/** Installations: viewpoints over time (site-photos-api.md section 7.1). */
import { invalid } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import { requireEverywhere, requireRight, unknown, visible } from './access.ts'
import { rescheduleCameras } from './cameras/cameras.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Installation, InstallationFilter, InstallationPatch, JudgedCapture } from './records.ts'
import { checkWatermark } from './watermark.ts'
import { beginZoneChange } from './zone-change.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'>

export type NewInstallation = Pick<Installation, 'name' | 'timezone'> &
  Partial<
    Pick<
      Installation,
      'description' | 'latitude' | 'longitude' | 'address' | 'status' | 'started' | 'ended' | 'tags' | 'watermark'
    >
  >

/** @throws DomainError `forbidden` without `manage` everywhere; `invalid` */
export async function createInstallation(
  { store, clock }: Deps,
  caller: SiteCaller,
  wanted: NewInstallation,
): Promise<Installation> {
  requireEverywhere(caller.access, 'manage')
  await checkWatermark({ store }, caller, wanted.watermark)
  const now = clock.now()
  const installation: Installation = {
    id: prefixedUlid('in', now),
    project: caller.project.id,
    description: null,
    latitude: null,
    longitude: null,
    address: null,
    status: 'active',
    started: null,
    ended: null,
    tags: [],
    watermark: null,
    ...wanted,
    photos: 0,
    rev: 1,
    created: now,
    updated: now,
    deleted: null,
  }
  requireSense(installation)
  await store.tx((tx) => tx.installations.insert(installation))
  return installation
}

/** @throws DomainError `not_found`, also for what the user does not see */
export async function findInstallation(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
): Promise<Installation> {
  const found = await store.read.installations.find(project.id, id)
  if (found === undefined) throw unknown('installation')
  requireRight(access, id, 'view_watermarked')
  return found
}

/** In order of (name, id); those the user sees. */
export function listInstallations(
  { store }: Deps,
  { access, project }: Pick<SiteCaller, 'access' | 'project'>,
  filter: Omit<InstallationFilter, 'project' | 'visible'>,
  page: { after?: { name: string; id: string }; limit: number },
): Promise<Installation[]> {
  return store.read.installations.page({ ...filter, project: project.id, visible: visible(access) }, page)
}

/**
 * Changes what is given. A new zone changes the local times of its captures (zone-change.ts).
 * @throws DomainError `not_found`, `forbidden`, `invalid`
 */
export async function updateInstallation(
  { store, clock }: Deps,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
  patch: InstallationPatch,
): Promise<Installation> {
  const { access, project } = caller
  requireRight(access, id, 'manage')
  await checkWatermark({ store }, caller, patch.watermark)
  return store.tx(async (tx) => {
    const before = await tx.installations.lock(project.id, id)
    if (before === undefined) throw unknown('installation')
    requireSense({ ...before, ...patch })
    const now = clock.now()
    // Links to renderings with the old overlay end with it.
    const rev = patch.watermark === undefined ? {} : { rev: before.rev + 1 }
    const after = (await tx.installations.update(project.id, id, { ...patch, ...rev, updated: now })) ?? before
    if (after.timezone !== before.timezone) await beginZoneChange(tx, after, before.timezone)
    if (after.timezone !== before.timezone || after.status !== before.status) await rescheduleCameras(tx, id, now)
    return after
  })
}

/** @throws DomainError `invalid` */
function requireSense({ started, ended, latitude, longitude }: Installation): void {
  if (started !== null && ended !== null && ended < started) {
    throw invalid('ended_at', 'ended_at must not be before started_at.')
  }
  if ((latitude === null) === (longitude === null)) return
  const missing = latitude === null ? 'latitude' : 'longitude'
  throw invalid(missing, `${missing} is missing: latitude and longitude come together, or both are null.`)
}

/** The newest photo by `taken_at`; undefined: there is none. @throws DomainError `not_found` */
export async function latestCapture(
  { store }: Pick<Deps, 'store'>,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
): Promise<JudgedCapture | undefined> {
  await findInstallation({ store }, caller, id)
  return store.read.captures.latest(id)
}

/** The photo nearest in time, of two as near the earlier one; undefined: there is none. @throws DomainError `not_found` */
export async function nearestCapture(
  { store }: Pick<Deps, 'store'>,
  caller: Pick<SiteCaller, 'access' | 'project'>,
  id: string,
  at: number,
): Promise<JudgedCapture | undefined> {
  await findInstallation({ store }, caller, id)
  return store.read.captures.nearest(id, at)
}
