/** The page that other sites frame: the newest photo, or the film's player. */
import type { SiteDeps } from '../../core/sites/deps.ts'
import { findMedia } from '../../core/sites/media.ts'
import { largest, latestShared, visibleVariants } from '../../core/sites/shared-photos.ts'
import type { OpenShare } from '../../core/sites/shares.ts'
import type { Html } from '../../http/page/html.ts'
import { embeddedFilm, embeddedPhoto, messageView } from './share-views.ts'

export async function embedBody(deps: SiteDeps, open: OpenShare, path: string): Promise<{ title: string; body: Html }> {
  const { share, caller } = open
  if (share.timelapse !== null) {
    const { filename } = await findMedia(deps, caller, share.timelapse, 'video')
    const title = share.label ?? 'Time-lapse'
    return { title, body: embeddedFilm({ title, path, film: share.timelapse, filename }) }
  }
  const photo = await latestShared(deps, open)
  const place = photo && (await deps.store.read.installations.find(caller.project.id, photo.installation))
  const title = share.label ?? place?.name ?? 'Shared photos'
  if (photo === undefined || place === undefined) {
    return { title, body: messageView('No photos yet', 'The newest one will be shown here.') }
  }
  const variant = largest(visibleVariants(open, photo, place.watermark !== null))
  return { title, body: embeddedPhoto({ title, path, photo, variant }) }
}
