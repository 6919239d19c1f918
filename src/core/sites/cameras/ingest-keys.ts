/** Keys that send photos and diagnostics of one camera, and do nothing else (site-photos-api.md section 7.2). */
import type { Key } from '../../keys/records.ts'
import { unknown } from '../access.ts'
import type { SiteCaller, SiteDeps } from '../deps.ts'
import { findCamera } from './cameras.ts'

type Deps = Pick<SiteDeps, 'store' | 'siteKeys'>

/**
 * A key for this camera. It hangs below the user who makes it: calls count as theirs, and it ends with them.
 * @throws DomainError `not_found`, `forbidden` without `manage`, `conflict`: the camera has twenty
 */
export async function createIngestKey(
  { store, siteKeys }: Deps,
  caller: SiteCaller,
  camera: string,
  name: string,
): Promise<{ key: Key; secret: string }> {
  await findCamera({ store }, caller, camera, 'manage')
  return store.tx(async (tx) => {
    // One after the other, so that twenty are twenty.
    await tx.cameras.lock(caller.project.id, camera)
    return siteKeys.create(tx, { user: caller.user, name, camera })
  })
}

/** Newest first. @throws DomainError `not_found`, `forbidden` without `manage` */
export async function listIngestKeys(
  { store }: Pick<Deps, 'store'>,
  caller: SiteCaller,
  camera: string,
): Promise<Key[]> {
  await findCamera({ store }, caller, camera, 'manage')
  return store.read.keys.listOfCamera(caller.project.id, camera)
}

/** @throws DomainError `not_found`, `forbidden` without `manage` */
export async function deleteIngestKey(
  { store }: Pick<Deps, 'store'>,
  caller: SiteCaller,
  camera: string,
  id: string,
): Promise<void> {
  await findCamera({ store }, caller, camera, 'manage')
  const gone = await store.tx((tx) => tx.keys.deleteOfCamera(caller.project.id, camera, id))
  if (!gone) throw unknown('ingest key', 'key')
}
