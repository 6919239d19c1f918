/** Which view a share's page is: a day of an installation, chosen photos, one photo, or a film. */
import { unknown } from '../../core/sites/access.ts'
import type { SiteDeps } from '../../core/sites/deps.ts'
import { findMedia } from '../../core/sites/media.ts'
import type { JudgedCapture } from '../../core/sites/records.ts'
import { chosenPhotos, sharedDay, sharedPhoto, visibleVariants } from '../../core/sites/shared-photos.ts'
import type { OpenShare } from '../../core/sites/shares.ts'
import { parseDay } from '../../core/sites/zones.ts'
import type { Html } from '../../http/page/html.ts'
import { chosenView, dayView, filmView, photoView } from './share-views.ts'

/** Photos of one page of a day. */
const atOnce = 200

/** @throws DomainError not_found */
export async function shareBody(
  deps: SiteDeps,
  open: OpenShare,
  path: string,
  query: Record<string, unknown>,
): Promise<{ title: string; body: Html }> {
  const { share, caller } = open
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined)
  const label = share.label
  if (share.timelapse !== null) {
    const { filename } = await findMedia(deps, caller, share.timelapse, 'video')
    const title = label ?? 'Time-lapse'
    return { title, body: filmView({ title, path, film: share.timelapse, filename, download: share.allowDownload }) }
  }
  const photo = text('photo')
  if (photo !== undefined) {
    const found = await sharedPhoto(deps, open, photo)
    const place = await deps.store.read.installations.find(caller.project.id, found.photo.installation)
    if (place === undefined) throw unknown('photo')
    const title = label ?? place.name
    const seen = visibleVariants(open, found.photo, place.watermark !== null)
    if (seen.length === 0) throw unknown('photo')
    return { title, body: photoView({ title, path, ...found, seen, download: share.allowDownload }) }
  }
  if (share.installation === null) {
    const title = label ?? 'Shared photos'
    return { title, body: chosenView({ title, path, photos: await chosenPhotos(deps, open) }) }
  }
  const asked = text('date')
  const shown = await sharedDay(deps, open, {
    wanted: asked === undefined ? undefined : parseDay(asked),
    mark: await markOf(deps, open, text('after')),
    limit: atOnce,
  })
  const title = label ?? shown.installation.name
  return { title, body: dayView({ title, path, ...shown }) }
}

/** The photo after which a page of the day goes on. */
async function markOf(deps: SiteDeps, { caller }: OpenShare, id?: string): Promise<JudgedCapture | undefined> {
  return id === undefined ? undefined : deps.store.read.captures.find(caller.project.id, id)
}
