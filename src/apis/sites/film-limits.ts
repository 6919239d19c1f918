/** "2..3,000 frames; 1..60 fps; even sides up to 1920 (mp4/webm), up to 960 and 300 frames for webp/gif" (section 9). */
import type { FilmFormat } from '../../core/processing/film.ts'

export interface Limits {
  frames: number
  side: number
}

const film = { frames: 3000, side: 1920 } as const
const animation = { frames: 300, side: 960 } as const

export const filmLimits: Record<FilmFormat, Limits> = { mp4: film, webm: film, webp: animation, gif: animation }

/** Browsers slow down GIFs of more. */
export const mostFps = (format: FilmFormat) => (format === 'gif' ? 50 : 60)
