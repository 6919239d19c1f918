/** Films of an installation's photos as the store keeps them (site-photos-api.md section 9). */
import type { FilmEncoder, FilmFit, FilmFormat } from '../processing/film.ts'

export const timelapseStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type TimelapseState = (typeof timelapseStates)[number]

/** How the film shall be; which photos it has was decided when it was asked for. */
export interface FilmWishes {
  format: FilmFormat
  fps: number
  width: number
  height: number
  fit: FilmFit
  dateStamp: boolean
  watermark: boolean
  deflicker: boolean
  holdLastMs: number
}

export interface Timelapse extends FilmWishes {
  /** `tl_…` */
  id: string
  project: string
  installation: string
  /** Who asked for it. */
  user: string
  /** Of the wishes and the photos: the same again is not made again. */
  hash: string
  status: TimelapseState
  /** 0..1 */
  progress: number
  /** Photos chosen; when it is done, frames it has. */
  frames: number
  /** Photos that could not be read. */
  skipped: number
  durationMs: number
  /** What makes it, from when it is begun. */
  encoder: FilmEncoder | null
  /** Blobs. */
  video: string | null
  poster: string | null
  /** Of the video. */
  size: number | null
  error: string | null
  /** Absolute URLs of its events begin with it. */
  origin: string
  created: number
  finished: number | null
  /** Null: it stays until it is deleted. */
  expires: number | null
}

export type TimelapsePatch = Partial<
  Pick<
    Timelapse,
    | 'status'
    | 'progress'
    | 'frames'
    | 'skipped'
    | 'durationMs'
    | 'encoder'
    | 'video'
    | 'poster'
    | 'size'
    | 'error'
    | 'finished'
    | 'expires'
  >
>

/** A stretch of a film that is encoded already. */
export interface StoredSegment {
  position: number
  /** Null: none of its photos could be read. */
  blob: string | null
  frames: number
  skipped: number
}

export interface TimelapseRepository {
  /** @param captures ids of its photos, in order */
  insert(timelapse: Timelapse, captures: readonly string[]): Promise<void>
  find(project: string, id: string): Promise<Timelapse | undefined>
  /** Ids of the photos of a film that is not made yet. */
  captures(id: string): Promise<string[]>
  /** One of this hash that is done, or on its way. */
  findSame(installation: string, hash: string): Promise<Timelapse | undefined>
  /** The newest first, after `after`. */
  page(installation: string, page: { after?: { created: number; id: string }; limit: number }): Promise<Timelapse[]>
  /** Only while its status is one of these. False: it is another, or the film is gone. */
  update(id: string, from: readonly TimelapseState[], patch: TimelapsePatch): Promise<boolean>
  segments(id: string): Promise<StoredSegment[]>
  addSegment(id: string, segment: StoredSegment): Promise<void>
  /** Forgets its segments; returns their blobs. */
  dropSegments(id: string): Promise<string[]>
  delete(project: string, id: string): Promise<Timelapse | undefined>
  /** Films whose time is over, and those of installations that are gone. */
  overdue(now: number, limit: number): Promise<Timelapse[]>
  ofInstallation(project: string, installation: string, limit: number): Promise<Timelapse[]>
}
