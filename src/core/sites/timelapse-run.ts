/**
 * Making a film, as a job (site-photos-api.md section 9): stretch by stretch, each of which is kept when it is encoded, so
 * that whoever takes the job over goes on behind the last one; then all are joined into the film.
 */
import { releaseBlobs } from '../blobs/release.ts'
import { DomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { LocalFile, Repositories } from '../ports.ts'
import { type FilmEncoder, filmDuration } from '../processing/film.ts'
import type { Project } from '../projects/records.ts'
import { takeStorage } from '../usage/storage.ts'
import type { SiteDeps } from './deps.ts'
import { filmTypes, keepFiles, type WorkFile } from './timelapse-files.ts'
import type { StoredSegment, Timelapse, TimelapsePatch } from './timelapse-records.ts'
import { makeStretch, stretchesOf } from './timelapse-stretch.ts'
import { dropParts } from './timelapses.ts'

type Deps = Pick<SiteDeps, 'store' | 'blobs' | 'engine' | 'clock' | 'assets' | 'films'>
type Begun = Timelapse & { encoder: FilmEncoder }

interface Encoded {
  parts: StoredSegment[]
  poster: string | null
}

/** Faults that no further try mends. */
const final = new Set<DomainError['code']>(['invalid', 'conflict', 'not_found', 'out_of_range', 'quota_exceeded'])
/** Joining reads and writes every byte once. */
const joinDeadlineMs = 600_000
/** Of the whole work, what is left when all photos are encoded. */
const joinShare = 0.02
/** Longest time for which what is told of the progress is old. */
const progressMs = 2000

export async function makeTimelapse(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  const { store } = deps
  const film = await store.read.timelapses.find(job.project ?? '', job.subject)
  if (film === undefined || (film.status !== 'queued' && film.status !== 'running')) {
    await store.tx((tx) => tx.jobs.complete(job))
    return
  }
  try {
    const encoder = await begin(deps, job, film)
    const parts = await encode(deps, job, { ...film, encoder }, signal)
    await finish(deps, job, { ...film, encoder }, parts, signal)
  } catch (error) {
    if (!(error instanceof DomainError) || !final.has(error.code)) throw error
    await giveUpTimelapse(deps, job, error)
  }
}

/** What encodes it: the same from the first stretch to the last. @throws DomainError `unavailable`: not on this server */
async function begin({ store, engine, clock }: Deps, job: Job, film: Timelapse): Promise<FilmEncoder> {
  const { encoders } = await engine.filmAbilities()
  const encoder = encoders[film.format]
  if (encoder === null) {
    const message = `${film.format} needs an ffmpeg, which this server does not have any more.`
    throw new DomainError('unavailable', message)
  }
  await store.tx(async (tx) => {
    await change(tx, job, film, { status: 'running', encoder })
    // Stretches of another encoder do not fit together.
    if (film.encoder !== null && film.encoder !== encoder) await dropParts({ clock }, tx, film.project, film.id)
  })
  return encoder
}

/** All stretches, those that were there and those that were not, and the poster. */
async function encode(deps: Deps, job: Job, film: Begun, signal: AbortSignal): Promise<Encoded> {
  const { store, clock } = deps
  const captures = await store.read.timelapses.captures(film.id)
  const parts = await store.read.timelapses.segments(film.id)
  let { poster } = film
  let told = clock.now()
  const progressAt = (photos: number) => (photos / captures.length) * (1 - joinShare)
  for (const stretch of stretchesOf(film, captures.length)) {
    if (parts.some(({ position }) => position === stretch.position)) continue
    const tell = (photos: number) => {
      if (clock.now() - told < progressMs) return
      told = clock.now()
      const progress = progressAt(Math.min(stretch.end, stretch.first + photos))
      // The next one tells more.
      store.tx((tx) => tx.timelapses.update(film.id, ['running'], { progress })).catch(() => undefined)
    }
    const wantsPoster = poster === null || stretch.hasMiddle
    const made = await makeStretch(deps, film, captures, { ...stretch, wantsPoster }, tell, signal)
    const files: WorkFile[] = []
    if (made.facts !== null) files.push({ path: made.path, facts: made.facts, type: 'application/octet-stream' })
    if (made.poster !== null) files.push({ path: made.posterPath, facts: made.poster, type: 'image/jpeg' })
    const former = poster
    const kept = await keepFiles(deps, film.project, files, async (tx, keys) => {
      const blob = made.facts === null ? null : (keys[0] ?? null)
      const next = made.poster === null ? former : (keys.at(-1) ?? null)
      const part = { position: stretch.position, blob, frames: made.frames, skipped: made.skipped.length }
      await change(tx, job, film, { progress: progressAt(stretch.end), poster: next })
      await tx.timelapses.addSegment(film.id, part)
      if (former !== null && former !== next) await releaseBlobs(tx, clock, film.project, [former])
      return { part, next }
    })
    parts.push(kept.part)
    poster = kept.next
  }
  return { parts: parts.sort((one, two) => one.position - two.position), poster }
}

async function finish(
  deps: Deps,
  job: Job,
  film: Begun,
  { parts, poster }: Encoded,
  signal: AbortSignal,
): Promise<void> {
  const { blobs, engine, clock, films } = deps
  const held: LocalFile[] = []
  try {
    for (const { blob } of parts) if (blob !== null) held.push(await blobs.localFile(blob, signal))
    if (held.length === 0) throw new DomainError('invalid', 'None of the photos could be read.')
    const path = blobs.workFile()
    const { encoder, width, height, fps, holdLastMs } = film
    const join = { look: { encoder, width, height, fps }, holdLastMs }
    const segments = held.map((file) => file.path)
    const options = { lane: 'batch', deadlineMs: joinDeadlineMs, sheds: false, signal } as const
    const { frames, ...facts } = await engine.joinFilm(join, segments, { path }, options)
    const now = clock.now()
    await keepFiles(deps, film.project, [{ path, facts, type: filmTypes[film.format] }], async (tx, [video = null]) => {
      const done: TimelapsePatch = {
        status: 'done',
        progress: 1,
        frames,
        skipped: parts.reduce((sum, part) => sum + part.skipped, 0),
        durationMs: filmDuration(film, frames, holdLastMs),
        video,
        size: facts.size,
        finished: now,
        expires: films.keepMs === 0 ? null : now + films.keepMs,
      }
      await change(tx, job, film, done)
      await tx.jobs.complete(job)
      await dropParts({ clock }, tx, film.project, film.id)
      const project = await tx.projects.find(film.project)
      if (project === undefined) return
      await tell(deps, tx, project, { ...film, ...done, poster })
      await takeStorage(tx, project, facts.size)
    })
  } finally {
    for (const file of held) file.release()
  }
}

/** While the job is this worker's and nobody has cancelled it. @throws DomainError `fenced` */
async function change(tx: Repositories, job: Job, film: Timelapse, patch: TimelapsePatch): Promise<void> {
  const held = (await tx.jobs.holds(job)) && (await tx.timelapses.update(film.id, ['queued', 'running'], patch))
  if (!held) throw new DomainError('fenced', 'The job was cancelled or taken over.')
}

/** The film has failed, for a reason that the user may read. */
export async function giveUpTimelapse(deps: Deps, job: Job, error: DomainError): Promise<void> {
  const { store, clock } = deps
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) return
    const film = await tx.timelapses.find(job.project ?? '', job.subject)
    const failed = { status: 'failed', error: error.message, finished: clock.now(), poster: null } as const
    if (film === undefined || !(await tx.timelapses.update(film.id, ['queued', 'running'], failed))) return
    await dropParts({ clock }, tx, film.project, film.id)
    if (film.poster !== null) await releaseBlobs(tx, clock, film.project, [film.poster])
    const project = await tx.projects.find(film.project)
    if (project !== undefined) await tell(deps, tx, project, { ...film, ...failed })
  })
}

/** To the project's webhooks, in the transaction of what happened. */
async function tell({ assets }: Deps, tx: Repositories, project: Project, film: Timelapse): Promise<void> {
  const type = film.status === 'done' ? 'timelapse.done' : 'timelapse.failed'
  await assets.events.tell(tx, project, { type, subject: film.id, data: () => eventData(film) })
}

function eventData(film: Timelapse) {
  const file = (variant: string) => `${film.origin}/site/v1/timelapses/${film.id}/file/${variant}`
  return {
    id: film.id,
    installation_id: film.installation,
    status: film.status,
    format: film.format,
    frame_count: film.frames,
    skipped_count: film.skipped,
    duration_ms: film.durationMs,
    size_bytes: film.size,
    video_url: film.video === null ? null : file('video'),
    poster_url: film.poster === null ? null : file('poster'),
    error: film.error,
  }
}
