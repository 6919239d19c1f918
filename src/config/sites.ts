/** The Sites API. */
import { flag, setting } from './kinds.ts'

export const sites = {
  SITE_KEYS_REVEALABLE: setting(
    flag.default(true),
    'Keys of the Sites API can be shown again to their owner; off: only hashes are kept.',
    'on',
  ),
}
