/** The wiring of image URLs: renditions and where they are kept, hot answers, origins, and what is counted of all that. */

import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { DeliveryDeps } from '../core/delivery/deps.ts'
import { createRecent } from '../core/delivery/recent.ts'
import { requestId } from '../core/ids.ts'
import type { Sealer } from '../core/keys/seal.ts'
import { createOriginFetch } from '../core/origins/fetch.ts'
import type { BlobStore, Clock, Fetcher, ImageEngine, MetadataStore, ModelShelf } from '../core/ports.ts'
import { createKeeper } from '../core/renditions/keeper.ts'
import { createRenditions } from '../core/renditions/renditions.ts'
import { createRenditionStats } from '../core/renditions/stats.ts'
import { createTurns } from '../core/turns.ts'
import { createDeliveryUsage } from '../core/usage/deliveries.ts'
import { createFindThings } from '../core/vision/find-things.ts'
import type { Vision } from '../core/vision/vision.ts'
import { createHotAnswers, type Served } from '../http/hot-answers.ts'
import type { Metrics } from '../http/metrics.ts'

export interface DeliveryParts {
  config: Config
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  vision: Vision
  shelf: ModelShelf
  fetcher: Fetcher
  sealer: Sealer
  clock: Clock
  log: Logger
  isOwnUrl(url: string): boolean
}

export function composeDelivery(parts: DeliveryParts) {
  const { config, store, blobs, engine, vision, shelf, fetcher, sealer, clock, log, isOwnUrl } = parts
  // Set when the metrics are there.
  let observeStage: (stage: string, ms: number) => void = () => undefined
  const stats = createRenditionStats((stage, ms) => observeStage(stage, ms))
  const keeper = createKeeper({ store, blobs, clock, capBytes: config.DELIVERY_CACHE_BYTES, log })
  const renditions = createRenditions({
    blobs,
    engine,
    findThings: createFindThings({ store, blobs, vision, shelf, clock, deadlineMs: config.DELIVERY_DEADLINE_MS }),
    deadlineMs: config.DELIVERY_DEADLINE_MS,
    keeper,
    memoryBytes: config.DELIVERY_MEMORY_BYTES,
    reduces: config.DELIVERY_REDUCED,
    clock,
    stats,
  })
  const usage = createDeliveryUsage({ store, clock, log })
  // Its bodies are mostly those in the memory of renditions, not further ones.
  const hot = createHotAnswers({ capBytes: config.DELIVERY_MEMORY_BYTES, requestId, now: clock.now })
  store.onChange(({ project, purged }) => {
    hot.changed(project)
    if (purged && project !== null) renditions.forget(project)
  })
  const deps: DeliveryDeps = {
    store,
    recent: createRecent({ store, clock }),
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
      isOwnUrl,
      publicHost: hostOf(config.DELIVERY_URL ?? config.PUBLIC_URL),
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
      cost: config.DELIVERY_MAX_COST,
    },
  }

  return {
    deps,
    keeper,
    renditions,
    hot,
    stats,
    usage,
    /** Before a request is routed. */
    first: {
      answers: hot,
      served({ project, status, bytes, type }: Served) {
        stats.count('url')
        usage.count({ project, status, bytes, cached: true, type })
      },
    },
    gauges(metrics: Metrics) {
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
    },
  }
}

const hostOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).host)
