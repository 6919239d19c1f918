/** The Sites API. */
import { count, flag, setting } from './kinds.ts'

export const sites = {
  SITE_KEYS_REVEALABLE: setting(
    flag.default(true),
    'Keys of the Sites API can be shown again to their owner; off: only hashes are kept.',
    'on',
  ),
  SITE_DIAGNOSTICS_DAYS: setting(count(1).default(400), 'Diagnostics of cameras are kept for so many days.'),
  SITE_EXPORTS_DAYS: setting(count(1).default(7), 'Exports of photos can be fetched for so many days.'),
  SITE_EXPORTS_MAX_PHOTOS: setting(
    count(1).max(1_000_000, 'must be at most 1000000').default(100_000),
    'Most photos of one export.',
  ),
  SITE_MEDIA_LIFETIME: setting(
    count(10).max(3600, 'must be at most 3600').default(300),
    'Seconds for which signed links to photos and films may be opened, 10 to 3600.',
  ),
}
