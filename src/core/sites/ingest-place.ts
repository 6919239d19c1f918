/** Where photos go and who may send them (site-photos-api.md section 8): "right `contribute`, or an ingest key". */
import { DomainError } from '../errors.ts'
import { includes, requireRight, unknown } from './access.ts'
import type { Camera } from './cameras/records.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import type { Installation } from './records.ts'

export interface Place {
  installation: Installation
  /** Of the key, where it is a camera's own. */
  camera: Camera | null
}

type Deps = Pick<SiteDeps, 'store'>
type Sender = Pick<SiteCaller, 'project' | 'access' | 'key'>

/**
 * A camera's own key is enough where the camera stands; elsewhere its user's right counts. A paused installation takes
 * photos: what a camera took before must not be lost.
 * @throws DomainError not_found, forbidden; conflict: the installation is archived, the camera is switched off
 */
export async function placeOf(deps: Deps, sender: Sender, id: string): Promise<Place> {
  const { project, access, key } = sender
  const installation = await deps.store.read.installations.find(project.id, id)
  if (installation === undefined) throw unknown('installation')
  const own = key?.camera ?? null
  const camera = own === null ? null : await findCamera(deps, sender, own)
  if (camera?.installation !== id) requireRight(access, id, 'contribute')
  if (installation.status === 'archived') {
    throw new DomainError('conflict', 'The installation is archived; set its status to active before it takes photos.')
  }
  return { installation, camera }
}

/**
 * The camera of one photo: it need not stand at the installation any more.
 * @throws DomainError not_found, also for one that the sender does not see; forbidden: the key is another camera's, or the
 * sender may not send for this one; conflict: it is switched off
 */
export async function cameraOf(
  deps: Deps,
  sender: Sender,
  { installation, camera }: Place,
  given: string | undefined,
): Promise<string | null> {
  if (given === undefined || given === camera?.id) return camera?.id ?? null
  if (camera !== null) {
    throw new DomainError('forbidden', 'This key sends photos of its own camera only; leave out camera_id.', {
      param: 'camera_id',
    })
  }
  const named = await deps.store.read.cameras.find(sender.project.id, given)
  if (named === undefined) throw unknown('camera', 'camera_id')
  if (!(await stoodHere(deps, installation, named))) requireSender(sender, named)
  return enabled(named).id
}

/** Whether there are photos of it: what it took here before may come late. */
async function stoodHere({ store }: Deps, { project, id }: Installation, camera: Camera): Promise<boolean> {
  if (camera.installation === id) return true
  const filter = { project, installations: [id], camera: camera.id }
  return (await store.read.captures.page(filter, { order: 'desc', limit: 1 })).length > 0
}

/** @throws DomainError not_found, forbidden */
function requireSender({ access }: Sender, { installation }: Camera): void {
  if (installation !== null) requireRight(access, installation, 'contribute', 'camera', 'camera_id')
  else if (!includes(access.everywhere, 'manage')) throw unknown('camera', 'camera_id')
}

async function findCamera({ store }: Deps, { project }: Sender, id: string): Promise<Camera> {
  const camera = await store.read.cameras.find(project.id, id)
  if (camera === undefined) throw unknown('camera', 'camera_id')
  return enabled(camera)
}

function enabled(camera: Camera): Camera {
  if (camera.enabled) return camera
  throw new DomainError('conflict', 'The camera is switched off; set its enabled to true before it sends photos.', {
    param: 'camera_id',
  })
}
