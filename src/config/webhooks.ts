/** Webhooks. */
import { count, counts, setting } from './kinds.ts'

export const webhooks = {
  WEBHOOKS_RETRY_MS: setting(
    counts.default([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000)),
    'Waits before the second, third… try of a webhook, in milliseconds, each blurred by up to a fifth; then it has failed. Empty list (`[]`): one try.',
    '5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h',
  ),
  WEBHOOKS_TIMEOUT_MS: setting(
    count(1).max(15_000, 'must be at most 15000').default(15_000),
    'How long a receiver may take to answer, in milliseconds.',
  ),
  WEBHOOKS_AT_ONCE: setting(
    count().default(128),
    'Webhooks that this node sends at once, two of them to one host. 0: this node sends none.',
  ),
  WEBHOOKS_KEEP_MS: setting(
    count(1).default(30 * 86_400_000),
    'How long the log keeps a webhook that is done, in milliseconds; until then it can be replayed.',
  ),
}
