/**
 * Films of photos (site-photos-api.md section 9) as the engine makes them: in segments of some seconds, each encoded by
 * itself and kept, which are joined at the end. So a film that is interrupted goes on where it was, whatever its length,
 * and no process holds more of it than a few frames.
 */
import type { TransformOrder } from './transformation.ts'

export const filmFormats = ['mp4', 'webm', 'webp', 'gif'] as const
export type FilmFormat = (typeof filmFormats)[number]

/** Who makes the packets of a format. `h264` is WebAssembly and always there; `x264` and `vp9` are those of an ffmpeg. */
export const filmEncoders = ['h264', 'x264', 'vp9', 'webp', 'gif'] as const
export type FilmEncoder = (typeof filmEncoders)[number]

export const filmFits = ['cover', 'contain'] as const
export type FilmFit = (typeof filmFits)[number]

/** What is the same for all frames. */
export interface FilmLook {
  encoder: FilmEncoder
  width: number
  height: number
  fps: number
  /** `cover` cuts off what does not fit, `contain` puts black beside it. */
  fit: FilmFit
  /** The brightness of each frame is moved toward the median of its neighbours. */
  deflicker: boolean
  /** Laid over every frame; its images are `FilmMaterial.images`. */
  watermark?: TransformOrder
  /** Where dates stand. */
  stampAt?: StampPlace
}

export const stampPlaces = ['bottom_left', 'bottom_right'] as const
export type StampPlace = (typeof stampPlaces)[number]

/** One stretch of a film. */
export interface FilmSegment {
  look: FilmLook
  /** Of each photo in order; null: no date is drawn on it. */
  labels: readonly (string | null)[]
  /** So many photos at the beginning and at the end belong to the neighbours: they are only measured. */
  lead: number
  tail: number
  /** The first readable frame from this photo on is written as a JPEG too (the last one, where there is none). */
  poster: number | null
}

/** Joined in this order. */
export interface FilmJoin {
  look: Pick<FilmLook, 'encoder' | 'width' | 'height' | 'fps'>
  holdLastMs: number
}

/** Neighbours on each side that a frame's brightness depends on with `deflicker`: medians over nine, and those beside. */
export const deflickerReach = 5

/** Milliseconds that so many frames are shown. */
export function filmDuration({ fps }: Pick<FilmLook, 'fps'>, frames: number, holdLastMs: number): number {
  return Math.round((frames * 1000) / fps) + holdLastMs
}
