/** The Sites API. */
import { z } from 'zod'
import { count, flag, setting } from './kinds.ts'

export const sites = {
  SITE_KEYS_REVEALABLE: setting(
    flag.default(true),
    'Keys of the Sites API can be shown again to their owner; off: only hashes are kept.',
    'on',
  ),
  SITE_MEDIA_LIFETIME: setting(
    count(10).max(3600, 'must be at most 3600').default(300),
    'Seconds for which signed links to photos and films may be opened, 10 to 3600.',
  ),
  SITE_FFMPEG: setting(
    z.string().default('auto'),
    'What encodes films: the path of an `ffmpeg`, `auto` (the one on the PATH, if there is one) or `off` (H.264 by WebAssembly, no WebM).',
  ),
  SITE_FILMS_AT_ONCE: setting(count(1).default(2), 'Films that this server makes at once; the others wait.'),
  SITE_FILM_KEEP_DAYS: setting(
    count(0).default(0),
    'Days after which a finished film is deleted; 0: it stays until somebody deletes it, or its installation.',
  ),
}
