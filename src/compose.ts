/** The only wiring: configuration -> adapters -> core -> APIs. Nothing else knows which adapter is behind a port. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createDiskBlobs } from './adapters/blobs/disk.ts'
import { createEncryptedBlobs } from './adapters/blobs/encrypted.ts'
import { openSqlite } from './adapters/database/sqlite/open.ts'
import { createEngine } from './adapters/engine/engine.ts'
import { createFetcher } from './adapters/fetcher/fetcher.ts'
import { createLikenessIndex } from './adapters/likeness/likeness.ts'
import { createLimits } from './adapters/limits/create.ts'
import { createSmtpMailer } from './adapters/mail/smtp.ts'
import { createPulls } from './adapters/vision/pulls.ts'
import { openShelf } from './adapters/vision/shelf.ts'
import { deliveryApi } from './apis/delivery/index.ts'
import { deliveryOpenApi } from './apis/delivery/openapi.ts'
import { homePages } from './apis/home/index.ts'
import { libraryApi } from './apis/library/index.ts'
import { libraryOpenApi } from './apis/library/openapi.ts'
import { fileObject } from './apis/library/resource.ts'
import { scoringApi } from './apis/scoring/index.ts'
import { createStaging } from './apis/scoring/staging.ts'
import { tasksApi } from './apis/tasks/index.ts'
import { tasksOpenApi } from './apis/tasks/openapi.ts'
import { webhookContent } from './apis/tasks/webhook.ts'
import type { Config } from './config.ts'
import type { AssetDeps } from './core/assets/deps.ts'
import type { DeliveryDeps } from './core/delivery/deps.ts'
import { createReadOwnUrl } from './core/delivery/own-urls.ts'
import { DomainError } from './core/errors.ts'
import { createIdempotency } from './core/idempotency/idempotency.ts'
import { requestId } from './core/ids.ts'
import { type ClientKeys, createClientKeys } from './core/keys/client-keys.ts'
import { createFileKeys } from './core/keys/file-key.ts'
import { createKeys, type Keys } from './core/keys/keys.ts'
import { createSealer, type Sealer } from './core/keys/seal.ts'
import { createRates, type Rates } from './core/limits/rates.ts'
import { createOriginFetch } from './core/origins/fetch.ts'
import type { BlobStore, Clock, ImageEngine, Mailer, MetadataStore, ModelShelf } from './core/ports.ts'
import { bootstrap } from './core/projects/bootstrap.ts'
import { reservedSegments } from './core/projects/project-id.ts'
import { createFlights } from './core/renditions/flights.ts'
import { createKeeper, type Keeper } from './core/renditions/keeper.ts'
import { createRenditions, type Renditions } from './core/renditions/renditions.ts'
import { createRenditionStats } from './core/renditions/stats.ts'
import type { TaskDeps } from './core/tasks/deps.ts'
import { createTurns } from './core/turns.ts'
import { createDeliveryUsage, type DeliveryUsage } from './core/usage/deliveries.ts'
import { type Credits, createCredits } from './core/users/credits.ts'
import { createSessions, type Sessions } from './core/users/sessions.ts'
import { createActiveHeads } from './core/vision/heads/active.ts'
import { createHeads } from './core/vision/heads/heads.ts'
import { createVision, type Vision } from './core/vision/vision.ts'
import { createLibraryEvents } from './core/webhooks/library-events.ts'
import { createOutbox } from './core/webhooks/outbox.ts'
import { createWebhookSecrets, type WebhookSecrets } from './core/webhooks/secrets.ts'
import { createWelcome, type Welcome } from './core/welcome/welcome.ts'
import { type App, createApp } from './http/app.ts'
import { createHotAnswers } from './http/hot-answers.ts'
import { bulkJob } from './jobs/bulk-job.ts'
import { deleteFolder } from './jobs/delete-folder.ts'
import { deliverWebhook } from './jobs/deliver-webhook.ts'
import { expireTasks, scheduleExpiry } from './jobs/expire-tasks.ts'
import { postTransform } from './jobs/post-transform.ts'
import { processTask } from './jobs/process-task.ts'
import { purgeBlobs } from './jobs/purge-blobs.ts'
import { purgeRenditions } from './jobs/purge-renditions.ts'
import { createRunner, type Runner } from './jobs/runner.ts'
import { scoreAsset } from './jobs/score-asset.ts'
import { scoreLibrary } from './jobs/score-library.ts'
import { trainHead } from './jobs/train-head.ts'
import { masterKeyOf } from './master-key.ts'
import { version } from './paths.ts'

/** What the operator's commands need: the database and the keys, beside a running server. */
export interface Operator {
  store: MetadataStore
  keys: Keys
  clientKeys: ClientKeys
  credits: Credits
  sealer: Sealer
  webhookSecrets: WebhookSecrets
  clock: Clock
  close(): Promise<void>
}

/** Who calls the Scoring API, and what they may. */
export interface Accounts {
  sessions: Sessions
  clientKeys: ClientKeys
  credits: Credits
  rates: Rates
}

export interface Composed extends Operator {
  accounts: Accounts
  app: App
  blobs: BlobStore
  renditions: Renditions
  vision: Vision
  keeper: Keeper
  deliveryUsage: DeliveryUsage
  runner: Runner
  welcome: Welcome
  log: Logger
}

export interface ComposeOptions {
  /** Tests move it. */
  clock?: Clock
  /** False: only jobs that a synchronous request of this node claimed are run here. */
  pollsForJobs?: boolean
  log?: Logger
}

const systemClock: Clock = { now: () => Date.now() }
const leaseMs = 15_000

/** Opens the database (migrated and bootstrapped) without anything else. */
export async function composeOperator(config: Config, clock = systemClock, exclusive = false): Promise<Operator> {
  const sealer = createSealer(masterKeyOf(config.MASTER_KEY, config.DATA_DIR))
  const store = await openStore(config, clock, exclusive)
  try {
    await store.migrate()
    const keys = createKeys({ store, sealer, clock })
    await bootstrap({ store, keys, sealer, clock, first: firstKeys(config) })
    const webhookSecrets = createWebhookSecrets({ store, sealer, clock })
    const mailer = openMailer(config)
    const clientKeys = createClientKeys({ store, clock, mailer })
    const credits = createCredits({ store, clock, limited: config.LIMITS })
    return {
      store,
      keys,
      clientKeys,
      credits,
      sealer,
      webhookSecrets,
      clock,
      async close() {
        await mailer?.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Everything one node runs; `listen` on the app is left to the caller. */
export async function compose(config: Config, options: ComposeOptions = {}): Promise<Composed> {
  const log = options.log ?? createLog(config)
  const operator = await composeOperator(config, options.clock, true)
  const { store, keys, sealer, clock } = operator
  const blobs = await openBlobs(config)
  const engine = openEngine(config, log)
  const shelf = await openModels(config, log)
  const vision = createVision({
    engine,
    shelf,
    heads: createActiveHeads({ store, clock }),
    requireModels: config.SCORING_REQUIRE_MODELS,
    minConfidence: config.SCORING_LABEL_MIN_CONFIDENCE,
    requires: config.SCORING_MODELS,
  })
  const likeness = createLikenessIndex({ store, clock, memoryBytes: config.LIKENESS_MEMORY_BYTES })
  const fetcher = createFetcher({ allow: config.FETCH_ALLOW, userAgent: `Imagestead/${version}` })
  const limits = createLimits({ store, clock, exact: config.DATABASE_URL !== undefined })
  const accounts: Accounts = {
    sessions: createSessions({ store, clock, sealer, limits, perSecond: config.SCORING_RATE_SIGN_IN }),
    clientKeys: operator.clientKeys,
    credits: operator.credits,
    rates: createRates({ limits, clock, limited: config.LIMITS, maxWaitMs: config.SCORING_RATE_MAX_WAIT_MS }),
  }
  const publicUrl = config.PUBLIC_URL === undefined ? {} : { publicUrl: config.PUBLIC_URL }
  const welcome = createWelcome({ store, clock, sealer, clientKeys: operator.clientKeys, ...publicUrl })

  const outbox = createOutbox({ sealer, clock })
  const deliveryOrigin = (config.DELIVERY_URL ?? config.PUBLIC_URL)?.replace(/\/+$/, '')

  const deps: TaskDeps = {
    store,
    blobs,
    encrypted: createEncryptedBlobs(blobs, operator.sealer.derive('file-encryption')),
    fileKeys: createFileKeys(operator.sealer.derive('file-key-checks')),
    engine,
    fetcher,
    clock,
    sealer: operator.sealer,
    maxUploadBytes: config.MAX_UPLOAD_BYTES,
    fetchTimeoutMs: config.FETCH_TIMEOUT_MS,
    lifetimeMs: config.TASKS_LIFETIME_MS,
    fileDeadlineMs: config.TASKS_FILE_DEADLINE_MS,
    limited: config.LIMITS,
    openPercent: config.TASKS_OPEN_PERCENT,
    repairDeadlineMs: config.TASKS_REPAIR_DEADLINE_MS,
    // One more than the children: a child works while the last result is committed.
    filesAtOnce: config.WORKERS + 1,
    worker: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
    leaseMs,
    outbox,
    webhookContent,
    isOwnUrl: (url) => isOwn(config, listeningOn(app), url),
    readOwnUrl: (url, signal) => readOwnUrl(url, signal),
    abortJob: (kind, subject) => runner.abort(kind, subject),
  }
  const assetDeps: AssetDeps = {
    store,
    blobs,
    engine,
    fetcher,
    clock,
    maxUploadBytes: config.MAX_UPLOAD_BYTES,
    fetchTimeoutMs: config.FETCH_TIMEOUT_MS,
    ingestDeadlineMs: config.LIBRARY_INGEST_DEADLINE_MS,
    maxFolderItems: config.LIBRARY_FOLDER_ITEMS,
    likeness,
    vision,
    searchMs: config.LIBRARY_SEARCH_MS,
    isOwnUrl: deps.isOwnUrl,
    readOwnUrl: deps.readOwnUrl,
    inTurn: createTurns(),
    events: createLibraryEvents({ outbox, sealer, clock }),
    fileContent: (asset, { project, origin }) =>
      fileObject(asset, `${deliveryOrigin ?? origin ?? `http://${config.HOST}:${config.PORT}`}/${project.id}`),
  }
  // Set when the metrics are there.
  let observeStage: (stage: string, ms: number) => void = () => undefined
  const stats = createRenditionStats((stage, ms) => observeStage(stage, ms))
  const keeper = createKeeper({ store, blobs, clock, capBytes: config.DELIVERY_CACHE_BYTES, log })
  const renditions = createRenditions({
    blobs,
    engine,
    deadlineMs: config.DELIVERY_DEADLINE_MS,
    keeper,
    memoryBytes: config.DELIVERY_MEMORY_BYTES,
    reduces: config.DELIVERY_REDUCED,
    stats,
  })
  const deliveryUsage = createDeliveryUsage({ store, clock, log })
  // Its bodies are mostly those in the memory of renditions, not further ones.
  const hot = createHotAnswers({ capBytes: config.DELIVERY_MEMORY_BYTES, requestId, now: clock.now })
  store.onChange(({ project, purged }) => {
    hot.changed(project)
    if (purged && project !== null) renditions.forget(project)
  })
  const deliveryDeps: DeliveryDeps = {
    store,
    blobs,
    renditions,
    fetcher,
    sealer,
    clock,
    origins: createOriginFetch({
      store,
      blobs,
      engine,
      fetcher,
      sealer,
      clock,
      inTurn: createTurns(),
      isOwnUrl: deps.isOwnUrl,
      ingestDeadlineMs: config.LIBRARY_INGEST_DEADLINE_MS,
      maxBytes: config.DELIVERY_MAX_INPUT_BYTES,
      freshMs: config.DELIVERY_ORIGIN_FRESH_MS,
      cacheBytes: config.DELIVERY_ORIGIN_CACHE_BYTES,
      timeoutMs: config.FETCH_TIMEOUT_MS,
    }),
    limits: {
      inputBytes: config.DELIVERY_MAX_INPUT_BYTES,
      vectorBytes: config.DELIVERY_MAX_VECTOR_BYTES,
      pixels: config.DELIVERY_MAX_PIXELS,
    },
  }
  const readOwnUrl = createReadOwnUrl(deliveryDeps)
  const judging = { store, blobs, vision, clock, deadlineMs: config.SCORING_DEADLINE_MS }
  const heads = createHeads({ store, clock, eyes: judging })
  const runner = createRunner({
    store,
    clock,
    worker: deps.worker,
    leaseMs,
    heartbeatMs: leaseMs / 3,
    pollMs: 2000,
    atOnce: { interactive: Math.max(4, config.WORKERS * 2), batch: config.WORKERS, webhooks: config.WEBHOOKS_AT_ONCE },
    handlers: [
      processTask(deps),
      bulkJob(assetDeps),
      deleteFolder(assetDeps),
      postTransform({ store, delivery: deliveryDeps, events: assetDeps.events }),
      purgeRenditions({ store, clock, renditions, keeper }),
      scoreAsset({ ...judging, events: assetDeps.events, fileContent: assetDeps.fileContent }),
      scoreLibrary({ ...judging, atOnce: config.VISION_WORKERS }),
      trainHead(heads),
      deliverWebhook({
        store,
        fetcher,
        sealer,
        clock,
        secrets: operator.webhookSecrets,
        retryMs: config.WEBHOOKS_RETRY_MS,
        timeoutMs: config.WEBHOOKS_TIMEOUT_MS,
        log,
      }),
      purgeBlobs({ store, blobs }),
      expireTasks({ store, clock, keepWebhooksMs: config.WEBHOOKS_KEEP_MS }),
    ],
    log,
  })

  const idempotency = createIdempotency({ store, clock, secret: sealer.derive('idempotency') })
  const bodyLimits = { maxFieldBytes: config.HTTP_MAX_JSON_BYTES, idleMs: config.HTTP_BODY_IDLE_MS }
  const processes = places(config.TASKS_CONCURRENT_PROCESSES, clock)
  const documents = {
    tasks: () => tasksOpenApi(config.PUBLIC_URL),
    library: () => libraryOpenApi(config.PUBLIC_URL),
    images: () => deliveryOpenApi(config.PUBLIC_URL),
  }
  const app = await createApp({
    modules: [
      // Before the Tasks API, which words what is left of /v1.
      libraryApi({
        deps: assetDeps,
        keys,
        limits,
        sealer,
        idempotency,
        limited: config.LIMITS,
        rates: {
          readsPerSecond: config.LIBRARY_READS_PER_SECOND,
          readsPerMinute: config.LIBRARY_READS_PER_MINUTE,
          writesPerSecond: config.LIBRARY_WRITES_PER_SECOND,
          purgesPerMonth: config.LIBRARY_PURGES_PER_MONTH,
        },
        bodyLimits,
        deliveryOrigin,
        supportContact: config.SUPPORT_CONTACT,
      }),
      tasksApi({
        deps,
        keys,
        limits,
        idempotency,
        ratePerSecond: config.TASKS_RATE_PER_SECOND,
        ratePerMinute: config.TASKS_RATE_PER_MINUTE,
        bodyLimits,
        publicAuthority: config.PUBLIC_URL === undefined ? undefined : new URL(config.PUBLIC_URL).host,
        runNow: (job) => runner.runNow(job),
        enterProcess: processes.enter,
      }),
      scoringApi({
        ...accounts,
        store,
        blobs,
        maxima: {
          score: config.SCORING_RATE_SCORE,
          label: config.SCORING_RATE_LABEL,
          sort: config.SCORING_RATE_SORT,
          clientKey: config.SCORING_RATE_CLIENT_KEY,
          address: config.SCORING_RATE_ADDRESS,
        },
        vision,
        heads,
        engine,
        fetcher,
        isOwnUrl: deps.isOwnUrl,
        readOwnUrl,
        staging: createStaging({ memoryBytes: config.SCORING_MEMORY_BYTES, workFile: blobs.workFile }),
        looks: createFlights(),
        clock,
        deadlineMs: config.SCORING_DEADLINE_MS,
        fetch: {
          connectMs: config.SCORING_FETCH_CONNECT_MS,
          timeoutMs: config.SCORING_FETCH_TIMEOUT_MS,
          maxBytes: config.SCORING_MAX_IMAGE_BYTES,
        },
        body: {
          maxBytes: config.SCORING_MAX_BODY_BYTES,
          smallBytes: Math.min(config.HTTP_MAX_JSON_BYTES, config.SCORING_MAX_BODY_BYTES),
          idleMs: config.HTTP_BODY_IDLE_MS,
        },
        sortResponse: config.SCORING_SORT_RESPONSE,
      }),
      homePages({ welcome, version, documents, ...publicUrl }),
      // Last: every path that nobody else owns.
      deliveryApi({ deps: deliveryDeps, reserved: reservedSegments, hot, stats, usage: deliveryUsage }),
    ],
    logger: log,
    ...(config.TLS_CERT_FILE !== undefined && config.TLS_KEY_FILE !== undefined
      ? { tls: { certFile: config.TLS_CERT_FILE, keyFile: config.TLS_KEY_FILE } }
      : {}),
    ...(config.TRUST_PROXY === undefined ? {} : { trustProxy: config.TRUST_PROXY }),
    hot: {
      answers: hot,
      served({ project, status, bytes, type }) {
        stats.count('url')
        deliveryUsage.count({ project, status, bytes, cached: true, type })
      },
    },
    readiness: { database: () => store.ping(), blobs: () => blobs.ping() },
    gauges: (metrics) => {
      metrics.gauge('engine_children', 'Image child processes', () => engine.stats().children)
      metrics.gauge('engine_running', 'Image jobs running', () => engine.stats().running)
      metrics.gauge('engine_waiting', 'Image jobs waiting by lane', () => engine.stats().waiting)
      metrics.gauge('engine_restarts', 'Children that crashed, overran or were recycled', () => engine.stats().restarts)
      observeStage = metrics.durations('delivery_stage_seconds', 'Time of image URLs by stage')
      metrics.counter('delivery_answers_total', 'Pictures of image URLs by where they came from', stats.counts)
      metrics.counter('delivery_kept_total', 'Renditions that were not kept, had to go or were damaged', () => {
        const { dropped, evicted, damaged } = keeper.stats()
        return { dropped, evicted, damaged }
      })
      metrics.gauge('delivery_cache', 'Bytes in memory, and renditions being made or waiting to be written', () => {
        const { bytes, entries, making } = renditions.memory()
        const { waiting, waitingBytes } = keeper.stats()
        return {
          memoryBytes: bytes,
          memoryEntries: entries,
          urlEntries: hot.stats().entries,
          making,
          waiting,
          waitingBytes,
        }
      })
      metrics.gauge('likeness', 'Projects, pictures and bytes of the index of like pictures', likeness.stats)
      metrics.gauge(
        'models_ready',
        'Models that the settings want: 1 those that are ready, 0 those that are not',
        async () => {
          const wanted = (await shelf.states()).filter((state) => state.wanted)
          return Object.fromEntries(wanted.map(({ id, status }) => [id, status === 'ready' ? 1 : 0]))
        },
      )
      metrics.gauge('jobs_running', 'Durable jobs running on this node', () => runner.running())
    },
  })
  if (options.pollsForJobs !== false) {
    await scheduleExpiry({ store, clock })
    runner.start()
  }

  return {
    ...operator,
    accounts,
    app,
    blobs,
    renditions,
    vision,
    keeper,
    deliveryUsage,
    runner,
    welcome,
    log,
    async close() {
      await app.close(config.HTTP_DRAIN_MS)
      await runner.stop(config.HTTP_DRAIN_MS)
      await keeper.close(5000)
      await deliveryUsage.close()
      await engine.close()
      await likeness.close()
      await fetcher.close()
      await limits.close()
      await blobs.close()
      await operator.close()
    },
  }
}

/** Lines leave the process together, at most 100 ms late: a system call for each costs more than many a request. */
function createLog(config: Config): Logger {
  const sink = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 100 })
  return pino({ level: config.LOG_LEVEL }, sink)
}

async function openStore(config: Config, clock: Clock, exclusive: boolean): Promise<MetadataStore> {
  if (config.DATABASE_URL === undefined) return openSqlite({ path: config.DATA_DIR, clock, exclusive })
  const { openPostgres } = await import('./adapters/database/postgres/open.ts')
  const soleNode = exclusive && config.S3_ENDPOINT === undefined && !config.DATABASE_SHARED_DISK
  return openPostgres({ url: config.DATABASE_URL, pool: config.DATABASE_POOL, clock, soleNode })
}

function openMailer({ SMTP_URL: url, MAIL_FROM: from }: Config): Mailer | undefined {
  return url === undefined || from === undefined ? undefined : createSmtpMailer({ url, from })
}

/** Blobs where the configuration says; also for commands that look at them beside a server. */
export async function openBlobs(config: Config): Promise<BlobStore> {
  if (config.S3_ENDPOINT === undefined) return createDiskBlobs({ root: config.DATA_DIR })
  // The SDK is large: an embedded start does without.
  const { createS3Blobs } = await import('./adapters/blobs/s3.ts')
  return createS3Blobs({
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    bucket: config.S3_BUCKET ?? '',
    accessKeyId: config.S3_ACCESS_KEY_ID ?? '',
    secretAccessKey: config.S3_SECRET_ACCESS_KEY ?? '',
    root: config.DATA_DIR,
    cacheBytes: config.CACHE_BYTES,
  })
}

/** What looks at pictures, without the server: for evaluations. */
export interface Looking {
  engine: ImageEngine
  shelf: ModelShelf
  close(): Promise<void>
}

export async function openLooking(config: Config): Promise<Looking> {
  mkdirSync(config.DATA_DIR, { recursive: true })
  const log = createLog(config)
  const engine = openEngine(config, log)
  return { engine, shelf: await openModels(config, log), close: () => engine.close() }
}

function openModels(config: Config, log: Logger): Promise<ModelShelf> {
  return openShelf({ folder: modelsFolder(config), use: config.VISION_MODELS, log })
}

/** What the commands about models need; no database, no server. */
export async function composeModels(config: Config) {
  const folder = modelsFolder(config)
  const shelf = await openShelf({ folder, use: config.VISION_MODELS })
  const fetcher = createFetcher({ allow: config.FETCH_ALLOW, userAgent: `Imagestead/${version}` })
  return {
    shelf,
    models: createPulls({ folder, fetcher, hub: config.VISION_HUB_URL, clock: { now: () => Date.now() } }),
    close: () => fetcher.close(),
  }
}

export function modelsFolder(config: Pick<Config, 'VISION_MODELS_DIR' | 'DATA_DIR'>): string {
  return config.VISION_MODELS_DIR ?? join(config.DATA_DIR, 'models')
}

function openEngine(config: Config, log: Logger) {
  return createEngine({
    workers: config.WORKERS,
    lookers: config.VISION_WORKERS,
    lookerBytes: config.VISION_CHILD_BYTES,
    queue: config.ENGINE_QUEUE,
    memoryBytes: config.ENGINE_MEMORY_BYTES,
    childJobs: config.ENGINE_CHILD_JOBS,
    childBytes: config.ENGINE_CHILD_BYTES,
    idleMs: config.ENGINE_IDLE_MS,
    limits: {
      pixels: config.MAX_PIXELS,
      side: config.MAX_SIDE,
      frames: config.MAX_FRAMES,
      framePixels: config.MAX_FRAME_PIXELS,
    },
    workDir: config.DATA_DIR,
    log,
  })
}

function firstKeys(config: Config) {
  const given = {
    publicKey: config.BOOTSTRAP_PUBLIC_KEY,
    secretKey: config.BOOTSTRAP_SECRET_KEY,
    user: config.BOOTSTRAP_USER,
    password: config.BOOTSTRAP_PASSWORD,
    siteKey: config.BOOTSTRAP_SITE_KEY,
  }
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { project: config.BOOTSTRAP_PROJECT, ...present }
}

/** A bounded number of places; beyond it callers are told to come back. */
function places(count: number, clock: Clock) {
  let taken = 0
  return {
    enter() {
      if (taken >= count) {
        throw new DomainError(
          'overloaded',
          'The server is processing as many requests as it can hold; try again shortly.',
          {
            retryAt: clock.now() + 2000,
          },
        )
      }
      taken += 1
      return () => {
        taken -= 1
      }
    },
  }
}

/** The addresses a listening server is bound to. */
export function listeningOn({ fastify }: App): AddressInfo[] {
  return fastify.addresses().filter((address) => typeof address !== 'string')
}

/** True when a URL leads back to this server: one of its public addresses, or one it listens on. */
function isOwn(config: Config, addresses: { address: string; port: number }[], url: string): boolean {
  const target = new URL(url)
  const known = [config.PUBLIC_URL, config.DELIVERY_URL].flatMap((base) => base ?? [])
  if (known.some((base) => new URL(base).host === target.host)) return true
  const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80))
  const name = target.hostname.replace(/^\[|\]$/g, '')
  const local = name === 'localhost' || name === '::1' || name.startsWith('127.')
  return addresses.some(({ address, port: own }) => own === port && (local || name === address))
}
