/** How many images are worked on at once, and how long one may take. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { count, flag, list, MiB, setting } from './kinds.ts'

export const processing = {
  WORKERS: setting(
    count(1).default(availableParallelism()),
    'Image child processes, one image each.',
    'number of cores',
  ),
  ENGINE_QUEUE: setting(
    count(1).default(200),
    'Jobs that may wait for a child per lane; beyond it requests get 503 with Retry-After.',
  ),
  ENGINE_MEMORY_BYTES: setting(
    count(1).default(2048 * MiB),
    'Budget of estimated memory for running image jobs; more waits.',
  ),
  ENGINE_CHILD_JOBS: setting(count(1).default(500), 'A child is replaced after this many jobs.'),
  ENGINE_CHILD_BYTES: setting(
    count(1).default(700 * MiB),
    'A child is replaced when its resident memory exceeds this after a job.',
  ),
  ENGINE_IDLE_MS: setting(count(1).default(60_000), 'An idle child ends after this time.'),
  VISION_WORKERS: setting(
    count(1).default(Math.min(2, availableParallelism())),
    'Child processes that look at pictures with models, one picture each; they start when the first picture comes.',
    'number of cores, at most 2',
  ),
  VISION_CHILD_BYTES: setting(
    count(1).default(600 * MiB),
    'Such a child is replaced when its resident memory exceeds this after a look.',
  ),
  LIKENESS_MEMORY_BYTES: setting(
    count(1).default(256 * MiB),
    'Memory for finding like pictures: some 75 bytes each. Projects that were not asked for likeness longest go first; of one that does not fit alone the newest pictures are found.',
  ),
  VISION_MODELS_DIR: setting(
    z.string().optional(),
    'Folder of converted and pulled models; several nodes may share one.',
    '`models` in `DATA_DIR`',
  ),
  VISION_MODELS: setting(
    list.default(['bundled']),
    'Models that look at pictures: `bundled` (those converted from npm packages), `features` (none: only what is measured without weights), ids of `imagestead models list`, or several of these.',
  ),
  VISION_HUB_URL: setting(
    z
      .url('must be a URL')
      .transform((url) => url.replace(/\/+$/, ''))
      .default('https://huggingface.co'),
    'Where `imagestead models pull` fetches from: a hub, or a mirror with the same paths (`/OWNER/NAME/resolve/REVISION/FILE`). The server itself never does.',
  ),
  DELIVERY_DEADLINE_MS: setting(
    count(1).default(10_000),
    'Longest time for making one picture that an image URL asks for; then 503.',
  ),
  DELIVERY_MAX_COST: setting(
    count(1).default(1000),
    'Most work that one image URL may ask for, in passes over a megapixel; more is refused before any work.',
  ),
  DELIVERY_CACHE_BYTES: setting(
    count().default(10 * 1024 * MiB),
    'Cap of all renditions of image URLs that are kept, in bytes; those unused for longest go first. 0: none are kept.',
  ),
  DELIVERY_MEMORY_BYTES: setting(
    count().default(32 * MiB),
    'Cap of the small renditions that each node holds in memory, in bytes. 0: none.',
  ),
  DELIVERY_REDUCED: setting(
    flag.default(true),
    'Sizes up to 640 pixels of photos above 4 megapixels are made from one reduced intermediate (1000 pixels), which is kept as a rendition. `off`: always from the original.',
    'on',
  ),
  DELIVERY_MAX_INPUT_BYTES: setting(
    count(1).default(40 * MiB),
    'Largest picture that image URLs transform; larger ones are delivered as they are only.',
  ),
  DELIVERY_MAX_VECTOR_BYTES: setting(count(1).default(5 * MiB), 'The same for SVG and PDF.'),
  DELIVERY_MAX_PIXELS: setting(
    count(1).default(100_000_000),
    'Most pixels of a picture that image URLs transform; `MAX_PIXELS` bounds it, too.',
  ),
  DELIVERY_ORIGIN_FRESH_MS: setting(
    count().default(300_000),
    'How long a file fetched from an origin is taken as it was; then the origin is asked whether it changed.',
  ),
  DELIVERY_ORIGIN_CACHE_BYTES: setting(
    count().default(10 * 1024 * MiB),
    'Cap of all files kept from origins; those unused for longest go first.',
  ),
  LIBRARY_INGEST_DEADLINE_MS: setting(
    count(1).default(10_000),
    'Longest time for looking at one picture that comes into the library; one that takes longer to decode keeps what its header says.',
  ),
  TASKS_FILE_DEADLINE_MS: setting(
    count(1).default(60_000),
    'Longest time for one file of a task; then it fails with TimeOut.',
  ),
  TASKS_REPAIR_DEADLINE_MS: setting(count(1).default(120_000), 'The same for `repairimage`.'),
  TASKS_LIFETIME_MS: setting(
    count(1).default(7_200_000),
    'Tasks and their files are deleted this long after the last activity.',
  ),
  TASKS_CONCURRENT_PROCESSES: setting(
    count(1).default(64),
    'Process requests that may run or wait on one node; beyond it 503 with Retry-After.',
  ),
}
