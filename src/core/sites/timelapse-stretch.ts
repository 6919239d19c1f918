/** One stretch of a film: its photos become files of this machine a few at a time, and the engine makes frames of them. */
import { DomainError } from '../errors.ts'
import type { FilmMaterial, FilmSegmentResult, LocalFile } from '../ports.ts'
import { deflickerReach, type FilmEncoder, type FilmLook, type FilmSegment } from '../processing/film.ts'
import type { SiteDeps } from './deps.ts'
import type { JudgedCapture } from './records.ts'
import type { Timelapse } from './timelapse-records.ts'
import { overlayOf } from './watermark.ts'
import { formatLocal } from './zones.ts'

type Deps = Pick<SiteDeps, 'store' | 'blobs' | 'engine'>

/** Longest time for one photo. */
const photoDeadlineMs = 30_000
/** Photos of one stretch that may break their decoder before something else must be wrong. */
const mostBroken = 20
/** What a stretch may cost when it has to be made again: some seconds of encoding. */
const stretchPixels = 240 * 960 * 540
const shortest = 48
const longest = 240

export interface Stretch {
  position: number
  /** Photos of the film, the end exclusive. */
  first: number
  end: number
  /** The film's middle is in it, which the poster is taken from. */
  hasMiddle: boolean
}

/** Of the same size each: how a film is cut depends on nothing that changes. */
export function stretchesOf({ width, height }: Pick<Timelapse, 'width' | 'height'>, photos: number): Stretch[] {
  const length = Math.min(longest, Math.max(shortest, Math.floor(stretchPixels / (width * height))))
  const middle = Math.floor(photos / 2)
  return Array.from({ length: Math.ceil(photos / length) }, (_, position) => {
    const [first, end] = [position * length, Math.min(photos, (position + 1) * length)]
    return { position, first, end, hasMiddle: first <= middle && middle < end }
  })
}

export interface MadeStretch extends FilmSegmentResult {
  path: string
  posterPath: string
}

/**
 * @param captures ids of all photos of the film
 * @param tell hears how many photos of the stretch are done
 * @throws DomainError as the engine; what a single photo is to blame for is left out instead
 */
export async function makeStretch(
  deps: Deps,
  film: Timelapse & { encoder: FilmEncoder },
  captures: readonly string[],
  stretch: Stretch & { wantsPoster: boolean },
  tell: (photos: number) => void,
  signal: AbortSignal,
): Promise<MadeStretch> {
  const { store, blobs, engine } = deps
  const reach = film.deflicker ? deflickerReach : 0
  const from = Math.max(0, stretch.first - reach)
  const lead = stretch.first - from
  const ids = captures.slice(from, stretch.end + reach)
  const tail = ids.length - lead - (stretch.end - stretch.first)
  const found = new Map((await store.read.captures.findMany(film.project, ids)).map((one) => [one.id, one]))
  const photos = ids.map((id) => found.get(id))
  const held: LocalFile[] = []
  try {
    const { look, images, stamped } = await lookOf(deps, film, held, signal)
    const labels = photos.map((photo) => (stamped && photo !== undefined ? labelOf(photo) : null))
    const middle = lead + Math.floor(captures.length / 2) - stretch.first
    const poster = !stretch.wantsPoster ? null : stretch.hasMiddle ? middle : lead
    const segment: FilmSegment = { look, labels, lead, tail, poster }
    const broken = new Set<number>()
    const material = (): FilmMaterial & Pick<MadeStretch, 'path' | 'posterPath'> => ({
      images,
      path: blobs.workFile(),
      posterPath: blobs.workFile(),
      async photo(index) {
        const photo = broken.has(index) ? undefined : photos[index]
        return photo && (await localPhoto(deps, photo, signal))
      },
    })
    for (let careful = false; ; careful = true) {
      const { photo, path, posterPath } = material()
      const options = { lane: 'batch', deadlineMs: photoDeadlineMs, sheds: false, signal, careful } as const
      try {
        const made = await engine.filmSegment(
          segment,
          { photo, images, path, posterPath },
          { ...options, onProgress: (done) => tell(Math.max(0, done - lead)) },
        )
        return { ...made, skipped: made.skipped.filter((at) => at >= lead && at < ids.length - tail), path, posterPath }
      } catch (error) {
        const at = photoAtFault(error)
        if (at === undefined || broken.size >= mostBroken) throw error
        // Several were being read: the next try reads one at a time, and knows.
        if (careful) broken.add(at)
      }
    }
  } finally {
    for (const file of held) file.release()
  }
}

/** What is the same for all frames; files of the watermark's picture go to `held`. */
async function lookOf(
  { store, blobs }: Deps,
  film: Timelapse & { encoder: FilmEncoder },
  held: LocalFile[],
  signal: AbortSignal,
): Promise<{ look: FilmLook; images: string[]; stamped: boolean }> {
  const { encoder, width, height, fps, fit, deflicker } = film
  const look: FilmLook = { encoder, width, height, fps, fit, deflicker }
  const place = await store.read.installations.find(film.project, film.installation)
  if (place === undefined) throw new DomainError('not_found', 'The installation is gone.')
  const { watermark } = place
  if (!film.watermark || watermark === null) return { look, images: [], stamped: film.dateStamp }
  // Its date is that of each photo.
  const of = { project: film.project, taken: 0, offset: 0 }
  const { layers, images, blobs: pictures } = await overlayOf({ store }, of, { ...watermark, date_stamp: false }, film)
  for (const blob of pictures) held.push(await blobs.localFile(blob, signal))
  const transform = { parts: [{ type: 'step' as const, layers }], images, fonts: [], accepts: [] }
  const stampAt = watermark.gravity === 'southwest' ? 'bottom_right' : 'bottom_left'
  return {
    look: { ...look, stampAt, ...(layers.length === 0 ? {} : { watermark: transform }) },
    images: held.map(({ path }) => path),
    stamped: film.dateStamp || watermark.date_stamp,
  }
}

/** Local time there and then: `2021-06-01 08:15`. */
const labelOf = ({ taken, offset }: JudgedCapture) => formatLocal(taken, offset).slice(0, 16).replace('T', ' ')

/** Undefined: its bytes are gone; the film does without it. */
async function localPhoto({ blobs }: Deps, { blob }: JudgedCapture, signal: AbortSignal) {
  try {
    return await blobs.localFile(blob, signal)
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return undefined
    throw error
  }
}

/** The photo, by index of the segment, that broke its decoder or took too long. */
function photoAtFault(error: unknown): number | undefined {
  if (!(error instanceof DomainError)) return undefined
  const [, index] = /^frames\[(\d+)\]$/.exec(error.param ?? '') ?? []
  return index === undefined ? undefined : Number(index)
}
