/** Films of an installation's photos (site-photos-api.md section 9): asked for, looked at, given up. timelapse-run.ts makes them. */
import { createHash } from 'node:crypto'
import { releaseBlobs } from '../blobs/release.ts'
import { DomainError } from '../errors.ts'
import { prefixedUlid } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import { filmDuration } from '../processing/film.ts'
import { giveBackStorage } from '../usage/storage.ts'
import { includes, requireRight, rightAt, unknown } from './access.ts'
import type { SiteCaller, SiteDeps } from './deps.ts'
import { findInstallation } from './installations.ts'
import type { Installation, JudgedCapture } from './records.ts'
import { type FilmPhotos, filmPhotos } from './timelapse-photos.ts'
import type { FilmWishes, Timelapse } from './timelapse-records.ts'

export const makeFilmKind = 'make-film'

/** Raise it when the same photos give another film than before. */
const makerVersion = 1

type Deps = Pick<SiteDeps, 'store' | 'clock' | 'engine'>
type Seen = Pick<SiteCaller, 'access' | 'project'>

/**
 * The same wishes over the same photos give the film that there is. Who may only see watermarked pictures gets a
 * watermarked film.
 * @throws DomainError `not_found`, `forbidden`, `invalid`
 */
export async function createTimelapse(
  { store, clock, engine }: Deps,
  caller: SiteCaller,
  installationId: string,
  photos: FilmPhotos,
  asked: FilmWishes,
): Promise<Timelapse> {
  const installation = await findInstallation({ store }, caller, installationId)
  const wishes = { ...asked, watermark: watermarkOf(caller, installation, asked.watermark) }
  const { encoders } = await engine.filmAbilities()
  if (encoders[wishes.format] === null) {
    const message = `${wishes.format} cannot be made here: no ffmpeg with that encoder was found. GET /site/v1/capabilities says which formats can; mp4 always is.`
    throw new DomainError('invalid', `format ${message}`, { param: 'format' })
  }
  const chosen = await filmPhotos({ store }, installation, photos)
  const hash = hashOf(installation, wishes, chosen)
  const { id: project } = caller.project
  return store.tx(async (tx) => {
    // One of those who ask for the same at the same time begins it.
    if ((await tx.installations.lock(project, installation.id)) === undefined) throw unknown('installation')
    const same = await tx.timelapses.findSame(installation.id, hash)
    if (same !== undefined) return same
    const now = clock.now()
    const timelapse: Timelapse = {
      ...wishes,
      id: prefixedUlid('tl', now),
      project,
      installation: installation.id,
      user: caller.user.id,
      hash,
      status: 'queued',
      progress: 0,
      frames: chosen.length,
      skipped: 0,
      durationMs: filmDuration(wishes, chosen.length, wishes.holdLastMs),
      encoder: null,
      video: null,
      poster: null,
      size: null,
      error: null,
      origin: caller.origin,
      created: now,
      finished: null,
      expires: null,
    }
    await tx.timelapses.insert(
      timelapse,
      chosen.map(({ id }) => id),
    )
    await tx.jobs.enqueue({ kind: makeFilmKind, lane: 'films', project, subject: timelapse.id })
    return timelapse
  })
}

/** @throws DomainError `forbidden`, `invalid` */
function watermarkOf({ access }: Seen, { id, watermark }: Installation, asked: boolean): boolean {
  if (includes(rightAt(access, id), 'view')) {
    if (asked && watermark === null) {
      throw new DomainError('invalid', 'watermark is true, but the installation has none; set one, or leave it out.', {
        param: 'watermark',
      })
    }
    return asked
  }
  if (watermark === null) {
    throw new DomainError(
      'forbidden',
      'You may only see watermarked pictures of this installation, and it has no watermark; ask who manages it.',
    )
  }
  return true
}

function hashOf({ id, rev, timezone }: Installation, wishes: FilmWishes, photos: readonly JudgedCapture[]): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([makerVersion, id, wishes, wishes.watermark ? rev : null, timezone]))
  for (const { id: photo, blob, taken, offset } of photos) hash.update(`\n${photo} ${blob} ${taken} ${offset}`)
  return hash.digest('hex')
}

/** @throws DomainError `not_found`, also for what the user does not see */
export async function findTimelapse({ store }: Pick<Deps, 'store'>, caller: Seen, id: string): Promise<Timelapse> {
  const found = await store.read.timelapses.find(caller.project.id, id)
  // With its installation it is gone.
  const place = found && (await store.read.installations.find(caller.project.id, found.installation))
  if (found === undefined || place === undefined) throw unknown('film')
  requireRight(caller.access, found.installation, 'view_watermarked', 'film')
  return found
}

/** The newest first. @throws DomainError `not_found` */
export async function listTimelapses(
  { store }: Pick<Deps, 'store'>,
  caller: Seen,
  installation: string,
  page: { after?: { created: number; id: string }; limit: number },
): Promise<Timelapse[]> {
  await findInstallation({ store }, caller, installation)
  return store.read.timelapses.page(installation, page)
}

/** True where the video and its poster may be seen. */
export function mayWatch({ access }: Pick<Seen, 'access'>, { installation, watermark }: Timelapse): boolean {
  return includes(rightAt(access, installation), watermark ? 'view_watermarked' : 'view')
}

/**
 * A film that is waiting or being made is cancelled, any other is removed with its files. Who asked for it may, and who
 * manages the installation.
 * @throws DomainError `not_found`, `forbidden`
 */
export async function deleteTimelapse(
  { store, clock, abortJob }: Pick<SiteDeps, 'store' | 'clock' | 'abortJob'>,
  caller: SiteCaller,
  id: string,
): Promise<'cancelled' | 'deleted'> {
  const found = await findTimelapse({ store }, caller, id)
  if (found.user !== caller.user.id) requireRight(caller.access, found.installation, 'manage', 'film')
  const { id: project } = caller.project
  const outcome = await store.tx(async (tx) => {
    const now = clock.now()
    const cancelled = await tx.timelapses.update(id, ['queued', 'running'], { status: 'cancelled', finished: now })
    if (!cancelled) {
      await removeTimelapse({ clock }, tx, project, id)
      return 'deleted' as const
    }
    await tx.jobs.cancel(makeFilmKind, id)
    await dropParts({ clock }, tx, project, id)
    return 'cancelled' as const
  })
  if (outcome === 'cancelled') abortJob(makeFilmKind, id)
  return outcome
}

/** Its stretches, which only its making needs. */
export async function dropParts(
  { clock }: Pick<SiteDeps, 'clock'>,
  tx: Repositories,
  project: string,
  id: string,
): Promise<void> {
  await releaseBlobs(tx, clock, project, await tx.timelapses.dropSegments(id))
}

/** The row and everything that belongs to it, whatever its state. */
export async function removeTimelapse(
  { clock }: Pick<SiteDeps, 'clock'>,
  tx: Repositories,
  project: string,
  id: string,
): Promise<void> {
  const gone = await tx.timelapses.delete(project, id)
  if (gone === undefined) return
  await tx.jobs.cancel(makeFilmKind, id)
  await dropParts({ clock }, tx, project, id)
  await releaseBlobs(
    tx,
    clock,
    project,
    [gone.video, gone.poster].flatMap((blob) => blob ?? []),
  )
  if (gone.video !== null) await giveBackStorage(tx, project, gone.size ?? 0)
}
