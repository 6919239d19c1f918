/** What one caller, one request and one image may take. */
import { count, flag, list, MiB, setting } from './kinds.ts'

export const limits = {
  LIMITS: setting(
    flag.default(true),
    'Rate limits, monthly quotas, credits and the bound on open tasks. `off`: none of them; address and domain filters, size limits and sign-in throttling stay on.',
    'on',
  ),
  MAX_UPLOAD_BYTES: setting(
    count().default(100 * MiB),
    'Largest upload, in bytes; the chunks of one file count together. 0: no limit.',
  ),
  MAX_PIXELS: setting(count(1).default(120_000_000), 'Largest image, in pixels (width × height of one frame).'),
  MAX_SIDE: setting(
    count(1).max(65_535, 'must be at most 65535').default(65_535),
    'Longest side of an image, in pixels.',
  ),
  MAX_FRAMES: setting(count(1).default(1000), 'Most frames or pages of one image.'),
  MAX_FRAME_PIXELS: setting(count(1).default(500_000_000), 'Most pixels over all frames of one image.'),
  FETCH_ALLOW: setting(
    list.default([]),
    'Hosts and CIDRs that URL inputs and webhooks may reach although they are private, e.g. `10.1.0.0/16,cameras.internal`.',
    'none',
  ),
  LIBRARY_SEARCH_MS: setting(
    count(1).default(2000),
    'Longest time for one search of the Library API. A search that indexes cannot answer looks through items one by one; when the time is over it is refused with 400 and advice.',
  ),
  LIBRARY_FOLDER_ITEMS: setting(
    count(1).default(100_000),
    'Files and folders that one call of the Library API may copy, move or delete with a folder; beyond it 400 TOO_MANY_OBJECTS.',
  ),
  FETCH_TIMEOUT_MS: setting(count(1).default(30_000), 'Longest time for fetching one URL input, in milliseconds.'),
  TASKS_RATE_PER_SECOND: setting(count(1).default(100), 'Tasks API requests per second and project.'),
  TASKS_RATE_PER_MINUTE: setting(count(1).default(3000), 'Tasks API requests per minute and project.'),
  LIBRARY_READS_PER_SECOND: setting(
    count(1).default(100),
    'Library API requests that only read, per second, project and endpoint.',
  ),
  LIBRARY_READS_PER_MINUTE: setting(count(1).default(2400), 'The same per minute.'),
  LIBRARY_WRITES_PER_SECOND: setting(
    count(1).default(20),
    'Library API requests that change something, per second, project and endpoint; uploads are not counted.',
  ),
  LIBRARY_PURGES_PER_MONTH: setting(count(1).default(1000), 'Cache purges per project in 30 days.'),
  SCORING_RATE_SCORE: setting(
    count(1).default(5),
    'Scoring API: scores per second and client-key. This rate and the next three hold for every stretch of a second, over all nodes.',
  ),
  SCORING_RATE_LABEL: setting(count(1).default(5), 'The same for labels.'),
  SCORING_RATE_SORT: setting(count(1).default(10), 'The same for sorting.'),
  SCORING_RATE_CLIENT_KEY: setting(count(1).default(5), 'Calls about client-keys per second and account.'),
  SCORING_RATE_ADDRESS: setting(
    count(1).default(50),
    'Scoring API requests per second and client address that one node reads at all.',
  ),
  SCORING_RATE_SIGN_IN: setting(count(1).default(5), 'Sign-ins per second and client address; also with `LIMITS=off`.'),
  SCORING_RATE_MAX_WAIT_MS: setting(
    count().max(60_000, 'must be at most 60000').default(0),
    'How long a Scoring API request over its rate may wait for a free place, in milliseconds, instead of 429 at once; for clients that send five at once, again and again.',
  ),
  TASKS_OPEN_PERCENT: setting(
    count(1).max(100, 'must be at most 100').default(10),
    'Tasks with uploads that may be open at once, in percent of the project’s monthly files; at least one. No bound while files are unlimited.',
  ),
}
