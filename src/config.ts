/**
 * The whole configuration: one schema over the environment. Every setting has its name, default and meaning here and
 * nowhere else; docs/configuration.md is generated from it (`npm run docs`). Any variable may be given as NAME_FILE,
 * naming a file that holds the value.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { z } from 'zod'

const MiB = 1024 * 1024

/** A wrong configuration; each line names one variable and the way out. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const flag = z
  .enum(['on', 'off', 'true', 'false', '1', '0'])
  .transform((text) => text === 'on' || text === 'true' || text === '1')
const count = (min = 0) =>
  z.coerce.number('must be a number').int('must be a whole number').min(min, `must be at least ${min}`)
/** A JSON array of strings, or the same separated by commas. */
const list = z.string().transform((text, context) => {
  if (!text.trim().startsWith('[')) return text.split(',').flatMap((part) => part.trim() || [])
  try {
    return z.array(z.string()).parse(JSON.parse(text))
  } catch {
    context.addIssue('must be a list: comma-separated, or a JSON array of strings')
    return z.NEVER
  }
})

/** Whole numbers, as a JSON array or separated by commas. */
const counts = z.string().transform((text, context) => {
  const inner = text.trim().replace(/^\[(.*)\]$/s, '$1')
  const numbers = z
    .array(count())
    .safeParse(inner.trim() === '' ? [] : inner.split(',').map((part) => part.trim() || 'x'))
  if (numbers.success) return numbers.data
  context.addIssue('must be a list of whole numbers: comma-separated, or a JSON array')
  return z.NEVER
})

const keyText = z
  .string()
  .min(32, 'must have at least 32 characters')
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks')
  .refine((text) => !text.includes('#'), 'must not contain "#"')

/** One setting: its schema (with the default applied) and its meaning for the documentation. */
interface Setting<T extends z.ZodType> {
  schema: T
  doc: string
  /** Default as the documentation shows it, where the schema's own is computed or absent. */
  shown?: string
}
const setting = <T extends z.ZodType>(schema: T, doc: string, shown?: string): Setting<T> =>
  shown === undefined ? { schema, doc } : { schema, doc, shown }

/** Names are given without the prefix IMAGESTEAD_. The groups are the chapters of docs/configuration.md. */
export const settings = {
  server: {
    HOST: setting(z.string().default('127.0.0.1'), 'Address to listen on; `0.0.0.0` or `::` for all.'),
    PORT: setting(count().max(65535, 'must be at most 65535').default(8080), 'Port to listen on; 0 takes a free one.'),
    PUBLIC_URL: setting(
      z.url({ protocol: /^https?$/ }).optional(),
      'The address programs and people reach this server by, e.g. `https://images.example.com`. Its authority is the `server` value of the Tasks API. Unset: the Host header of each request.',
    ),
    DELIVERY_URL: setting(
      z.url({ protocol: /^https?$/ }).optional(),
      'The address of image URLs where they have one of their own, e.g. `https://media.example.com`. Unset: `PUBLIC_URL`.',
    ),
    TRUST_PROXY: setting(
      list.optional(),
      'Addresses or CIDRs of reverse proxies whose `X-Forwarded-*` headers are believed.',
      'none',
    ),
    TLS_CERT_FILE: setting(
      z.string().optional(),
      'PEM file with the certificate chain; with `TLS_KEY_FILE` the server speaks HTTPS.',
    ),
    TLS_KEY_FILE: setting(z.string().optional(), 'PEM file with the private key.'),
    LOG_LEVEL: setting(
      z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
      'Least severe level that is logged (JSON lines on standard output).',
    ),
    SUPPORT_CONTACT: setting(
      z.string().optional(),
      'Where people get help, shown in error answers that have a `help` text. Unset: they point to `/docs`.',
    ),
    HTTP_DRAIN_MS: setting(count().default(20_000), 'After SIGTERM, how long requests in progress may take to finish.'),
    HTTP_BODY_IDLE_MS: setting(count(1).default(30_000), 'A request body that stops coming for this long is cut off.'),
    HTTP_MAX_JSON_BYTES: setting(count(1).default(MiB), 'Largest JSON or form body.'),
  },
  storage: {
    DATA_DIR: setting(
      z.string().min(1).default('./data'),
      'Folder for the database, the blobs and the master key in embedded mode, and for work files.',
    ),
    DATABASE_URL: setting(
      z.url({ protocol: /^postgres(ql)?$/ }).optional(),
      'PostgreSQL instead of SQLite: `postgres://user:password@host/database`.',
    ),
    DATABASE_POOL: setting(count(2).default(10), 'PostgreSQL connections per node.'),
    DATABASE_SHARED_DISK: setting(
      flag.default(false),
      'With `DATABASE_URL` and no S3: declares that DATA_DIR is one folder shared by all nodes; otherwise a second node is refused.',
      'off',
    ),
    S3_ENDPOINT: setting(
      z.url({ protocol: /^https?$/ }).optional(),
      'S3-compatible store for all blobs, instead of the data folder.',
    ),
    S3_REGION: setting(z.string().default('us-east-1'), 'Region of the bucket.'),
    S3_BUCKET: setting(z.string().optional(), 'Bucket; it must exist.'),
    S3_ACCESS_KEY_ID: setting(z.string().optional(), 'Access key of the store.'),
    S3_SECRET_ACCESS_KEY: setting(z.string().optional(), 'Secret key of the store.'),
    CACHE_BYTES: setting(
      count().default(2048 * MiB),
      'Cap of the work folder’s local copies of S3 blobs, in bytes; the least recently used go first.',
    ),
  },
  secrets: {
    MASTER_KEY: setting(
      z.string().min(32, 'must have at least 32 characters').optional(),
      'Seals stored secrets. Required with `DATABASE_URL`; otherwise made in the data folder (`master.key`, mode 0600). A wrong one is refused at start.',
    ),
    BOOTSTRAP_PROJECT: setting(
      z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'must be 1 to 31 lower-case letters, digits or hyphens')
        .default('default'),
      'Id of the first project. The BOOTSTRAP settings count at the first start only.',
    ),
    BOOTSTRAP_PUBLIC_KEY: setting(
      z
        .string()
        .min(8)
        .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks')
        .refine((text) => !text.includes('#'), 'must not contain "#"')
        .optional(),
      'Public key of the first key pair; needs `BOOTSTRAP_SECRET_KEY`. Unset: generated.',
    ),
    BOOTSTRAP_SECRET_KEY: setting(
      keyText.optional(),
      'Secret key of the first key pair, at least 32 characters; needs `BOOTSTRAP_PUBLIC_KEY`.',
    ),
    BOOTSTRAP_USER: setting(
      z.string().min(1).optional(),
      'First user; needs `BOOTSTRAP_PASSWORD`. Unset: `admin`, who gets a password when the welcome link is opened, which shows it.',
    ),
    BOOTSTRAP_PASSWORD: setting(
      z.string().min(8, 'must have at least 8 characters').optional(),
      'Password of the first user.',
    ),
    BOOTSTRAP_SITE_KEY: setting(keyText.optional(), 'First key of the Sites API, at least 32 printable characters.'),
  },
  limits: {
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
    SCORING_RATE_SIGN_IN: setting(
      count(1).default(5),
      'Sign-ins per second and client address; also with `LIMITS=off`.',
    ),
    SCORING_RATE_MAX_WAIT_MS: setting(
      count().max(60_000, 'must be at most 60000').default(0),
      'How long a Scoring API request over its rate may wait for a free place, in milliseconds, instead of 429 at once; for clients that send five at once, again and again.',
    ),
    TASKS_OPEN_PERCENT: setting(
      count(1).max(100, 'must be at most 100').default(10),
      'Tasks with uploads that may be open at once, in percent of the project’s monthly files; at least one. No bound while files are unlimited.',
    ),
  },
  scoring: {
    SCORING_DEADLINE_MS: setting(
      count(1).default(9000),
      'Longest time for looking at one picture of the Scoring API; then 504.',
    ),
    SCORING_REQUIRE_MODELS: setting(
      flag.default(false),
      'Whether score and label answer 502 while a model of `VISION_MODELS` is not ready, instead of judging without it.',
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
    SCORING_MODELS: setting(
      list.default([]),
      'Models, by id or task, without which scores and labels are refused with 502; without this setting a lower tier stands in, and X-Model-Version says so.',
      'none',
    ),
    SCORING_LABEL_MIN_CONFIDENCE: setting(
      z.coerce.number('must be a number').min(0).max(1).default(0.25),
      'A label that is less certain becomes `unknown`.',
    ),
  },
  processing: {
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
      'Sizes up to 640 pixels of photos above 4 megapixels are made from one reduced intermediate (1280 pixels), which is kept as a rendition. `off`: always from the original.',
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
  },
  mail: {
    SMTP_URL: setting(
      z.url({ protocol: /^smtps?$/ }).optional(),
      'Mail server for what the server sends to accounts: `smtp://user:password@host:587`, or `smtps://` for TLS from the start; needs `MAIL_FROM`. Unset: no mail, and calls that ask for one are refused.',
    ),
    MAIL_FROM: setting(
      z.string().min(3).optional(),
      'Sender of these mails, e.g. `Imagestead <images@example.com>`; needs `SMTP_URL`.',
    ),
  },
  webhooks: {
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
  },
} as const

const known: Record<string, Setting<z.ZodType>> = Object.assign({}, ...Object.values(settings))

type Groups = typeof settings
type Merged = Groups['server'] &
  Groups['storage'] &
  Groups['secrets'] &
  Groups['limits'] &
  Groups['scoring'] &
  Groups['processing'] &
  Groups['mail'] &
  Groups['webhooks']
/** The parsed configuration, frozen; keys are the setting names without prefix. */
export type Config = { readonly [Name in keyof Merged]: z.output<Merged[Name]['schema']> }

/**
 * Reads the configuration from an environment.
 * @throws ConfigError with one line per fault
 */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { schema }] of Object.entries(known)) {
    const raw = readVariable(environment, name, faults)
    const parsed = schema.safeParse(raw === '' ? undefined : raw)
    if (parsed.success) values[name] = parsed.data
    else faults.push(`IMAGESTEAD_${name} ${parsed.error.issues.map((issue) => lowerFirst(issue.message)).join(', ')}`)
  }
  const config = values as Config
  if (faults.length === 0) faults.push(...inconsistencies(config))
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  return Object.freeze(config)
}

/** The IMAGESTEAD_ variables that name no setting: worth a warning, they may be typing errors. */
export function unknownSettings(environment: Record<string, string | undefined>): string[] {
  return Object.keys(environment).filter((variable) => {
    if (!variable.startsWith('IMAGESTEAD_')) return false
    const name = variable.slice('IMAGESTEAD_'.length)
    return !(name in known) && !(name.endsWith('_FILE') && name.slice(0, -5) in known)
  })
}

function readVariable(
  environment: Record<string, string | undefined>,
  name: string,
  faults: string[],
): string | undefined {
  const direct = environment[`IMAGESTEAD_${name}`]
  const file = environment[`IMAGESTEAD_${name}_FILE`]
  if (direct !== undefined && file !== undefined) {
    faults.push(`IMAGESTEAD_${name} and IMAGESTEAD_${name}_FILE are both set; keep one`)
  }
  if (direct !== undefined || file === undefined) return direct
  try {
    return readFileSync(file, 'utf8').trimEnd()
  } catch {
    faults.push(`IMAGESTEAD_${name}_FILE names a file that cannot be read: ${file}`)
    return undefined
  }
}

/** Settings that are right alone and wrong together. */
function inconsistencies(config: Config): string[] {
  const faults: string[] = []
  const together = (first: keyof Config, second: keyof Config) => {
    if ((config[first] === undefined) === (config[second] === undefined)) return
    const [set, unset] = config[first] === undefined ? [second, first] : [first, second]
    faults.push(`IMAGESTEAD_${set} is set without IMAGESTEAD_${unset}; set both or none`)
  }
  together('TLS_CERT_FILE', 'TLS_KEY_FILE')
  together('BOOTSTRAP_PUBLIC_KEY', 'BOOTSTRAP_SECRET_KEY')
  together('BOOTSTRAP_USER', 'BOOTSTRAP_PASSWORD')
  together('SMTP_URL', 'MAIL_FROM')
  together('S3_ENDPOINT', 'S3_BUCKET')
  together('S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY')
  if (config.DATABASE_URL !== undefined && config.MASTER_KEY === undefined) {
    faults.push('IMAGESTEAD_MASTER_KEY is required with IMAGESTEAD_DATABASE_URL: every node must hold the same key')
  }
  return faults
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
