/** How pictures are looked at, scored and labelled. */
import { z } from 'zod'
import { count, flag, MiB, setting } from './kinds.ts'

export const scoring = {
  SCORING_DEADLINE_MS: setting(
    count(1).default(9000),
    'Longest time for looking at one picture of the Scoring API; then 504.',
  ),
  SCORING_MAX_BODY_BYTES: setting(count(1).default(20 * MiB), 'Largest body of a Scoring API request.'),
  SCORING_MAX_IMAGE_BYTES: setting(count(1).default(20 * MiB), 'Largest image that it fetches from a URL.'),
  SCORING_FETCH_CONNECT_MS: setting(
    count(1).default(2000),
    'Longest time for reaching the server of such a URL; then 408.',
  ),
  SCORING_FETCH_TIMEOUT_MS: setting(count(1).default(5000), 'The same for the whole download.'),
  SCORING_MEMORY_BYTES: setting(
    count().default(64 * MiB),
    'Bytes of images that Scoring API requests of one node hold in memory together; what is more waits in files.',
  ),
  SCORING_SORT_RESPONSE: setting(
    z.enum(['object', 'array']).default('object'),
    'How /v2.0/sort answers: an object with `id` and `data`, or (`array`) the list alone.',
  ),
  SCORING_REQUIRE_MODELS: setting(
    flag.default(false),
    'Whether score and label answer 502 while a model of `VISION_MODELS` is not ready, instead of judging without it.',
  ),
  SCORING_LABEL_MIN_CONFIDENCE: setting(
    z.coerce.number('must be a number').min(0).max(1).default(0.25),
    'A label that is less certain becomes `unknown`.',
  ),
}
