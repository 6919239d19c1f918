/** The Sites API. */
import { z } from 'zod'
import { count, flag, setting } from './kinds.ts'

export const sites = {
  SITE_KEYS_REVEALABLE: setting(
    flag.default(true),
    'Keys of the Sites API can be shown again to their owner; off: only hashes are kept.',
    'on',
  ),
  SITE_DIAGNOSTICS_DAYS: setting(count(1).default(400), 'Diagnostics of cameras are kept for so many days.'),
  SITE_MEDIA_LIFETIME: setting(
    count(10).max(3600, 'must be at most 3600').default(300),
    'Seconds for which signed links to photos and films may be opened, 10 to 3600.',
  ),
  SITE_URL: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'Server that `imagestead sites pull` and `push` talk to; `--url` says it as well.',
    '`PUBLIC_URL`, else this machine at `PORT`',
  ),
  SITE_KEY: setting(z.string().min(1).optional(), 'API key that `imagestead sites pull` and `push` send.'),
}
