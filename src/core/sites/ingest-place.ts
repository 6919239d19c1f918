/** Where photos go and who may send them (site-photos-api.md section 8): "right `contribute`, or an ingest key". */
import { DomainError } from '../errors.ts'
import { requireRight, unknown } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Installation } from './records.ts'

export interface Place {
  installation: Installation
  /** Of the key, where it is a camera's own. */
  camera: string | null
}

/**
 * A paused installation takes photos: what a camera took before must not be lost.
 * @throws DomainError not_found, forbidden; conflict: the installation is archived
 */
export async function placeOf(
  { store }: Pick<SiteDeps, 'store'>,
  { project, access, key }: Pick<SiteCaller, 'project' | 'access' | 'key'>,
  id: string,
): Promise<Place> {
  const installation = await store.read.installations.find(project.id, id)
  if (installation === undefined) throw unknown('installation')
  requireRight(access, id, 'contribute')
  if (installation.status === 'archived') {
    throw new DomainError('conflict', 'The installation is archived; set its status to active before it takes photos.')
  }
  return { installation, camera: key?.camera ?? null }
}

/** The camera of one photo. @throws DomainError forbidden: the key is another camera's */
export function cameraOf({ camera }: Place, given: string | undefined): string | null {
  if (camera === null || given === undefined || given === camera) return given ?? camera
  throw new DomainError('forbidden', 'This key sends photos of its own camera only; leave out camera_id.', {
    param: 'camera_id',
  })
}
