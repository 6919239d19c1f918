/** Opens each adapter that the configuration chooses. */
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createDiskBlobs } from '../adapters/blobs/disk.ts'
import { openSqlite } from '../adapters/database/sqlite/open.ts'
import { createEngine } from '../adapters/engine/engine.ts'
import { createSmtpMailer } from '../adapters/mail/smtp.ts'
import { openShelf } from '../adapters/vision/shelf.ts'
import type { Config } from '../config.ts'
import type { BlobStore, Clock, ImageEngine, Mailer, MetadataStore, ModelShelf } from '../core/ports.ts'

/** Lines leave the process together, at most 100 ms late: a system call for each costs more than many a request. */
export function createLog(config: Config): Logger {
  const sink = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 100 })
  return pino({ level: config.LOG_LEVEL }, sink)
}

export async function openStore(config: Config, clock: Clock, exclusive: boolean): Promise<MetadataStore> {
  if (config.DATABASE_URL === undefined) return openSqlite({ path: config.DATA_DIR, clock, exclusive })
  const { openPostgres } = await import('../adapters/database/postgres/open.ts')
  const soleNode = exclusive && config.S3_ENDPOINT === undefined && !config.DATABASE_SHARED_DISK
  return openPostgres({ url: config.DATABASE_URL, pool: config.DATABASE_POOL, clock, soleNode })
}

export function openMailer({ SMTP_URL: url, MAIL_FROM: from }: Config): Mailer | undefined {
  return url === undefined || from === undefined ? undefined : createSmtpMailer({ url, from })
}

/** Blobs where the configuration says; also for commands that look at them beside a server. */
export async function openBlobs(config: Config): Promise<BlobStore> {
  if (config.S3_ENDPOINT === undefined) return createDiskBlobs({ root: config.DATA_DIR })
  // The SDK is large: an embedded start does without.
  const { createS3Blobs } = await import('../adapters/blobs/s3.ts')
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

export function openEngine(config: Config, log: Logger): ImageEngine {
  return createEngine({
    workers: config.WORKERS,
    lookers: config.VISION_WORKERS,
    lookerBytes: config.VISION_CHILD_BYTES,
    queue: config.ENGINE_QUEUE,
    memoryBytes: config.ENGINE_MEMORY_BYTES,
    childJobs: config.ENGINE_CHILD_JOBS,
    childBytes: config.ENGINE_CHILD_BYTES,
    idleMs: config.ENGINE_IDLE_MS,
    ffmpeg: config.SITE_FFMPEG,
    filmers: config.SITE_FILMS_AT_ONCE,
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

export function openModels(config: Config, log: Logger): Promise<ModelShelf> {
  return openShelf({ folder: modelsFolder(config), use: config.VISION_MODELS, log })
}

export function modelsFolder(config: Pick<Config, 'VISION_MODELS_DIR' | 'DATA_DIR'>): string {
  return config.VISION_MODELS_DIR ?? join(config.DATA_DIR, 'models')
}
