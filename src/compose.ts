/** The only wiring: configuration -> adapters -> core -> APIs. Nothing else knows which adapter is behind a port. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { createEncryptedBlobs } from './adapters/blobs/encrypted.ts'
import { createFetcher } from './adapters/fetcher/fetcher.ts'
import { createLikenessIndex } from './adapters/likeness/likeness.ts'
import { createLimits } from './adapters/limits/create.ts'
import { createWordReader } from './adapters/vision/words.ts'
import { deliveryApi } from './apis/delivery/index.ts'
import { homePages } from './apis/home/index.ts'
import { libraryApi } from './apis/library/index.ts'
import { fileObject } from './apis/library/resource.ts'
import { scoringApi } from './apis/scoring/index.ts'
import { createStaging } from './apis/scoring/staging.ts'
import { sitesApi } from './apis/sites/index.ts'
import { tasksApi } from './apis/tasks/index.ts'
import { webhookContent } from './apis/tasks/webhook.ts'
import { isOwn, listeningOn } from './compose/addresses.ts'
import { composeDelivery } from './compose/delivery.ts'
import { composeDocuments } from './compose/documents.ts'
import { createLog, modelsFolder, openBlobs, openEngine, openModels } from './compose/open.ts'
import { composeOperator, type Operator } from './compose/operator.ts'
import { createPlaces } from './compose/places.ts'
import { composeSites } from './compose/sites.ts'
import type { Config } from './config.ts'
import type { AssetDeps } from './core/assets/deps.ts'
import { createReadOwnUrl } from './core/delivery/own-urls.ts'
import { createIdempotency } from './core/idempotency/idempotency.ts'
import type { ClientKeys } from './core/keys/client-keys.ts'
import { createFileKeys } from './core/keys/file-key.ts'
import { createRates, type Rates } from './core/limits/rates.ts'
import type { BlobStore, Clock } from './core/ports.ts'
import { reservedSegments } from './core/projects/project-id.ts'
import { createFlights } from './core/renditions/flights.ts'
import type { Keeper } from './core/renditions/keeper.ts'
import type { Renditions } from './core/renditions/renditions.ts'
import { openLink } from './core/sites/open-link.ts'
import type { TaskDeps } from './core/tasks/deps.ts'
import { createTurns } from './core/turns.ts'
import type { DeliveryUsage } from './core/usage/deliveries.ts'
import type { Credits } from './core/users/credits.ts'
import { createSessions, type Sessions } from './core/users/sessions.ts'
import { createSignInCheck } from './core/users/sign-in.ts'
import { createWebSessions, type WebSessions } from './core/users/web-sessions.ts'
import { createActiveHeads } from './core/vision/heads/active.ts'
import { createHeads } from './core/vision/heads/heads.ts'
import { createVision, type Vision } from './core/vision/vision.ts'
import { createLibraryEvents } from './core/webhooks/library-events.ts'
import { createOutbox } from './core/webhooks/outbox.ts'
import { createWelcome, type Welcome } from './core/welcome/welcome.ts'
import { type App, createApp } from './http/app.ts'
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
import { version } from './paths.ts'

/** Who calls the Scoring API or signs in with a browser, and what they may. */
export interface Accounts {
  sessions: Sessions
  webSessions: WebSessions
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
  /** Being opened already (exclusively), while this module was loaded. */
  operator?: Promise<Operator>
}

const leaseMs = 15_000
const surveyMs = 5000

/** Everything one node runs; `listen` on the app is left to the caller. */
export async function compose(config: Config, options: ComposeOptions = {}): Promise<Composed> {
  const log = options.log ?? createLog(config)
  const operator = await (options.operator ?? composeOperator(config, options.clock, true))
  const { store, keys, sealer, clock } = operator
  const blobs = await openBlobs(config)
  const engine = openEngine(config, log)
  const shelf = await openModels(config, log)
  // The log says what is not ready, when the start is over: files are hashed for it.
  const survey = setTimeout(() => {
    shelf.states().catch((error: unknown) => log.warn({ err: error }, 'the models could not be looked through'))
  }, surveyMs).unref()
  const vision = createVision({
    engine,
    shelf,
    heads: createActiveHeads({ store, clock }),
    requireModels: config.SCORING_REQUIRE_MODELS,
    minConfidence: config.SCORING_LABEL_MIN_CONFIDENCE,
  })
  const words = createWordReader({ folder: modelsFolder(config), shelf, clock })
  const likeness = createLikenessIndex({ store, clock, memoryBytes: config.LIKENESS_MEMORY_BYTES })
  const fetcher = createFetcher({ allow: config.FETCH_ALLOW, userAgent: `Imagestead/${version}` })
  const limits = createLimits({ store, clock, exact: config.DATABASE_URL !== undefined })
  const check = createSignInCheck({ store, clock, sealer, limits, perSecond: config.SCORING_RATE_SIGN_IN })
  const accounts: Accounts = {
    sessions: createSessions({ store, clock, sealer, check }),
    webSessions: createWebSessions({
      store,
      clock,
      sealer,
      check,
      idleMs: config.SESSION_IDLE_MS,
      lifetimeMs: config.SESSION_LIFETIME_MS,
    }),
    clientKeys: operator.clientKeys,
    credits: operator.credits,
    rates: createRates({ limits, clock, limited: config.LIMITS, maxWaitMs: config.SCORING_RATE_MAX_WAIT_MS }),
  }
  const publicUrl = config.PUBLIC_URL === undefined ? {} : { publicUrl: config.PUBLIC_URL }
  const welcome = createWelcome({
    store,
    clock,
    sealer,
    clientKeys: operator.clientKeys,
    siteKeys: operator.siteKeys,
    ...publicUrl,
  })

  const outbox = createOutbox({ sealer, clock })
  const deliveryOrigin = (config.DELIVERY_URL ?? config.PUBLIC_URL)?.replace(/\/+$/, '')

  const deps: TaskDeps = {
    store,
    blobs,
    encrypted: createEncryptedBlobs(blobs, operator.sealer.derive('file-encryption')),
    fileKeys: createFileKeys(operator.sealer.derive('file-key-checks')),
    engine,
    shelf,
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
    filesAtOnce: 2 * config.WORKERS,
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
    words,
    vision,
    searchMs: config.LIBRARY_SEARCH_MS,
    isOwnUrl: deps.isOwnUrl,
    readOwnUrl: deps.readOwnUrl,
    inTurn: createTurns(),
    events: createLibraryEvents({ outbox, sealer, clock }),
    fileContent: (asset, { project, origin }) =>
      fileObject(asset, `${deliveryOrigin ?? origin ?? `http://${config.HOST}:${config.PORT}`}/${project.id}`),
  }
  const delivery = composeDelivery({
    config,
    store,
    blobs,
    engine,
    vision,
    shelf,
    fetcher,
    sealer,
    clock,
    log,
    isOwnUrl: deps.isOwnUrl,
  })
  const { keeper, renditions } = delivery
  const readOwnUrl = createReadOwnUrl(delivery.deps, (target, signal) => openLink(sites.api.deps, target, signal))
  const judging = { store, blobs, vision, clock, deadlineMs: config.SCORING_DEADLINE_MS }
  const heads = createHeads({ store, clock, eyes: judging })
  const bodyLimits = { maxFieldBytes: config.HTTP_MAX_JSON_BYTES, idleMs: config.HTTP_BODY_IDLE_MS }
  const idempotency = createIdempotency({ store, clock, secret: sealer.derive('idempotency') })
  const sites = await composeSites({
    config,
    deps: {
      store,
      blobs,
      engine,
      clock,
      sealer,
      siteKeys: operator.siteKeys,
      assets: assetDeps,
      renditions,
      maxPixels: config.MAX_PIXELS,
      abortJob: deps.abortJob,
    },
    limits,
    bodyLimits,
    webSessions: accounts.webSessions,
    log,
    idempotency,
  })
  const runner = createRunner({
    store,
    clock,
    worker: deps.worker,
    leaseMs,
    heartbeatMs: leaseMs / 3,
    pollMs: 2000,
    atOnce: {
      interactive: Math.max(4, config.WORKERS * 2),
      batch: config.WORKERS,
      webhooks: config.WEBHOOKS_AT_ONCE,
      films: config.SITE_FILMS_AT_ONCE,
    },
    handlers: [
      processTask(deps),
      bulkJob(assetDeps),
      deleteFolder(assetDeps),
      postTransform({ store, delivery: delivery.deps, events: assetDeps.events }),
      purgeRenditions({ store, clock, renditions, keeper }),
      scoreAsset({ ...judging, events: assetDeps.events, fileContent: assetDeps.fileContent }),
      scoreLibrary({ ...judging, atOnce: config.VISION_WORKERS }),
      trainHead(heads),
      ...sites.jobs,
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

  const processes = createPlaces(config.TASKS_CONCURRENT_PROCESSES, clock)
  const documents = composeDocuments(config.PUBLIC_URL, sites.api)
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
      sitesApi(sites.api),
      homePages({ welcome, version, documents, ...publicUrl }),
      // Last: every path that nobody else owns.
      deliveryApi({ ...delivery, reserved: reservedSegments }),
    ],
    logger: log,
    ...(config.TLS_CERT_FILE !== undefined && config.TLS_KEY_FILE !== undefined
      ? { tls: { certFile: config.TLS_CERT_FILE, keyFile: config.TLS_KEY_FILE } }
      : {}),
    ...(config.TRUST_PROXY === undefined ? {} : { trustProxy: config.TRUST_PROXY }),
    hot: delivery.first,
    readiness: { database: () => store.ping(), blobs: () => blobs.ping() },
    gauges: (metrics) => {
      metrics.gauge('engine_children', 'Image child processes', () => engine.stats().children)
      metrics.gauge('engine_running', 'Image jobs running', () => engine.stats().running)
      metrics.gauge('engine_waiting', 'Image jobs waiting by lane', () => engine.stats().waiting)
      metrics.gauge('engine_restarts', 'Children that crashed, overran or were recycled', () => engine.stats().restarts)
      delivery.gauges(metrics)
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
    await sites.schedule()
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
    deliveryUsage: delivery.usage,
    runner,
    welcome,
    log,
    async close() {
      clearTimeout(survey)
      await app.close(config.HTTP_DRAIN_MS)
      await runner.stop(config.HTTP_DRAIN_MS)
      await sites.close()
      await keeper.close(5000)
      await delivery.usage.close()
      await engine.close()
      words.close()
      await likeness.close()
      await fetcher.close()
      await limits.close()
      await blobs.close()
      await operator.close()
    },
  }
}
