/** Cameras: units that stand at installations, or lie in store (site-photos-api.md section 7.2). */
import { DomainError } from '../../errors.ts'
import { prefixedUlid } from '../../ids.ts'
import type { Repositories } from '../../ports.ts'
import { type Access, includes, type Right, requireEverywhere, requireRight, unknown, visible } from '../access.ts'
import type { SiteCaller, SiteDeps } from '../deps.ts'
import { closeAlerts, expectContact } from './notice.ts'
import type { Camera, CameraFilter } from './records.ts'

type Deps = Pick<SiteDeps, 'store' | 'clock'>
type Seen = Pick<SiteCaller, 'access' | 'project'>

export type NewCamera = Pick<Camera, 'name'> & Partial<CameraFields>
export type CameraFields = Pick<
  Camera,
  'name' | 'serial' | 'model' | 'firmware' | 'installation' | 'enabled' | 'schedule' | 'voltageAlertMv'
>

const defaultVoltageAlertMv = 7600

/** Rights at a camera are those of the installation where it is; in store it is for those who manage everything. */
export function requireCamera(access: Access, { installation }: Pick<Camera, 'installation'>, needed: Right): void {
  if (installation !== null) requireRight(access, installation, needed, 'camera')
  else if (!includes(access.everywhere, 'manage')) throw unknown('camera')
}

/** @throws DomainError `not_found`, also for what the user does not see; `forbidden` */
export async function findCamera(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Seen,
  id: string,
  needed: Right = 'view_watermarked',
): Promise<Camera> {
  const camera = await store.read.cameras.find(project.id, id)
  if (camera === undefined) throw unknown('camera')
  requireCamera(access, camera, needed)
  return camera
}

/**
 * The camera that a caller sends photos or diagnostics of: with its ingest key, or with the right `contribute` where it is.
 * @throws DomainError `not_found`; `forbidden`, also with another camera's key; `conflict`: it is switched off
 */
export async function findSendingCamera(
  { store }: Pick<Deps, 'store'>,
  { access, project, key }: Pick<SiteCaller, 'access' | 'project' | 'key'>,
  id: string,
): Promise<Camera> {
  const own = key?.camera ?? null
  if (own !== null && own !== id) {
    throw new DomainError('forbidden', 'This key sends for another camera; make one for this one.')
  }
  const camera = await store.read.cameras.find(project.id, id)
  if (camera === undefined) throw unknown('camera')
  if (own === null) requireCamera(access, camera, 'contribute')
  requireEnabled(camera)
  return camera
}

/** @throws DomainError `conflict` */
export function requireEnabled({ enabled }: Pick<Camera, 'enabled'>): void {
  if (enabled) return
  throw new DomainError('conflict', 'This camera is switched off and may send nothing; set its enabled to true first.')
}

/** In order of name; those the user sees: of a camera in store only who manages everything. */
export function listCameras(
  { store }: Pick<Deps, 'store'>,
  { access, project }: Seen,
  filter: Omit<CameraFilter, 'project' | 'visible'>,
  page: { after?: { name: string; id: string }; limit: number },
): Promise<Camera[]> {
  const seen = visible(access)
  const all = includes(access.everywhere, 'manage') ? 'all' : 'installed'
  return store.read.cameras.page({ ...filter, project: project.id, visible: seen === 'all' ? all : seen }, page)
}

/** @throws DomainError `forbidden`, `not_found` of the installation, `conflict`: name or serial number taken, place occupied */
export async function createCamera(
  { store, clock }: Deps,
  { access, project }: Seen,
  wanted: NewCamera,
): Promise<Camera> {
  const now = clock.now()
  const camera: Camera = {
    id: prefixedUlid('cm', now),
    project: project.id,
    serial: null,
    model: null,
    firmware: null,
    installation: null,
    enabled: true,
    schedule: null,
    voltageAlertMv: defaultVoltageAlertMv,
    seen: null,
    ...wanted,
    watched: now,
    due: null,
    lost: null,
    created: now,
    updated: now,
  }
  if (camera.installation === null) requireEverywhere(access, 'manage')
  return unlessTaken({ store }, camera, () =>
    store.tx(async (tx) => {
      await lockPlace(tx, access, camera)
      await refuseTaken(tx, camera)
      await tx.cameras.insert(camera)
      return expectContact(tx, camera, now)
    }),
  )
}

/**
 * Changes what is given. One that moves leaves its photos where they were.
 * @throws DomainError `not_found`, `forbidden`, `conflict`: name or serial number taken, place occupied
 */
export async function updateCamera(
  { store, clock }: Deps,
  { access, project }: Seen,
  id: string,
  patch: Partial<CameraFields>,
): Promise<Camera> {
  const known = await findCamera({ store }, { access, project }, id, 'manage')
  return unlessTaken({ store }, { ...known, ...patch }, () =>
    store.tx(async (tx) => {
      if (patch.installation !== undefined) await lockPlace(tx, access, { project: project.id, ...patch })
      const before = await tx.cameras.lock(project.id, id)
      if (before === undefined) throw unknown('camera')
      // It may stand elsewhere by now.
      requireCamera(access, before, 'manage')
      const now = clock.now()
      const moved = patch.installation !== undefined && patch.installation !== before.installation
      const awaited = moved || patch.schedule !== undefined || (patch.enabled === true && !before.enabled)
      const next: Camera = { ...before, ...patch, ...(awaited ? { watched: now } : {}), updated: now }
      await refuseTaken(tx, next)
      // What its photos showed was another view.
      if (moved) await closeAlerts(tx, before, now, ['view_moved', 'dark_or_blank_photo'])
      return expectContact(tx, next, now)
    }),
  )
}

/** Inside the transaction that deletes an installation: its camera goes into store. */
export async function storeCameras(tx: Repositories, installation: string, now: number): Promise<void> {
  for (const { project, id } of await tx.cameras.at([installation])) {
    const camera = await tx.cameras.lock(project, id)
    if (camera?.installation !== installation) continue
    await closeAlerts(tx, camera, now, ['view_moved', 'dark_or_blank_photo'])
    await expectContact(tx, { ...camera, installation: null, updated: now }, now)
  }
}

/** Inside the transaction that changed zone or status of an installation: when contact is due has changed. */
export async function rescheduleCameras(tx: Repositories, installation: string, now: number): Promise<void> {
  for (const { project, id } of await tx.cameras.at([installation])) {
    const camera = await tx.cameras.lock(project, id)
    if (camera !== undefined) await expectContact(tx, camera, now)
  }
}

/** The installation stays while a camera is put there. */
async function lockPlace(
  tx: Repositories,
  access: Access,
  { project, installation = null }: { project: string; installation?: string | null },
): Promise<void> {
  if (installation === null) return
  const place = await tx.installations.lock(project, installation)
  if (place === undefined) throw unknown('installation', 'installation_id')
  requireRight(access, installation, 'manage', 'installation', 'installation_id')
}

const takenWords = {
  name: ['name', 'camera name taken: another camera of the project has it; choose another one.'],
  serial: ['serial', 'camera serial taken: another camera of the project has it.'],
  installation: [
    'installation_id',
    'The installation has a camera already; put that one in store first (its installation_id to null).',
  ],
} as const

async function refuseTaken(tx: Repositories, { project, id, name, serial, installation }: Camera): Promise<void> {
  const taken = await tx.cameras.taken(project, { name, serial, installation }, id)
  if (taken === undefined) return
  const [param, message] = takenWords[taken]
  throw new DomainError('conflict', message, { param })
}

/** Of two at the same moment the table itself refuses one, and does not say why. */
async function unlessTaken<T>({ store }: Pick<Deps, 'store'>, wanted: Camera, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DomainError && error.code === 'conflict' && error.param === undefined) {
      await refuseTaken(store.read, wanted)
    }
    throw error
  }
}
