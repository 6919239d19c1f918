/** Installations: viewpoints over time (site-photos-api.md section 7.1). */
import { DomainError } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import { requireEverywhere, requireRight, unknown, visible } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Installation, InstallationFilter, InstallationPatch } from './records.ts'
import { checkWatermark } from './watermark.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'>

export type NewInstallation = Pick<Installation, 'name' | 'timezone'> &
  Partial<
    Pick<
      Installation,
      'description' | 'latitude' | 'longitude' | 'address' | 'status' | 'started' | 'ended' | 'tags' | 'watermark'
    >
  >

/** @throws DomainError `forbidden` without `manage` everywhere */
export async function createInstallation(
  { store, clock }: Deps,
  caller: SiteCaller,
  wanted: NewInstallation,
): Promise<Installation> {
  requireEverywhere(caller.access, 'manage')
  await checkWatermark({ store }, caller.project.id, wanted.watermark)
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
  await store.tx((tx) => tx.installations.insert(installation))
  return installation
}

/** @throws DomainError `not_found`, also for what the user does not see */
export async function findInstallation(
  { store }: Deps,
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

/** @throws DomainError `not_found`, `forbidden` */
export async function updateInstallation(
  { store, clock }: Deps,
  { access, project }: SiteCaller,
  id: string,
  patch: InstallationPatch,
): Promise<Installation> {
  requireRight(access, id, 'manage')
  await checkWatermark({ store }, project.id, patch.watermark)
  const updated = await store.tx(async (tx) => {
    const before = await tx.installations.lock(project.id, id)
    if (before === undefined) return undefined
    const next = { ...patch, updated: clock.now() }
    // Links to renderings with the old overlay end with it.
    const rev = patch.watermark === undefined ? {} : { rev: before.rev + 1 }
    return tx.installations.update(project.id, id, { ...next, ...rev })
  })
  if (updated === undefined) throw unknown('installation')
  if (updated.started !== null && updated.ended !== null && updated.ended < updated.started) {
    throw new DomainError('invalid', 'ended_at must not be before started_at.', { param: 'ended_at' })
  }
  return updated
}
