/**
 * A whole server in this process, on a free port and in a temporary folder: embedded (SQLite, disk) or scale-out
 * (a real PostgreSQL, a real S3 protocol server). Suites that take a Stack run on both.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startTestS3 } from '../../src/adapters/blobs/test-s3.ts'
import { startTestPostgres } from '../../src/adapters/database/postgres/test-server.ts'
import { listeningOn } from '../../src/compose/addresses.ts'
import { type Composed, type ComposeOptions, compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import type { Clock } from '../../src/core/ports.ts'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'

export const publicKey = 'project_public_0123456789abcdef0123456789abcdef_test'
export const secretKey = 'secret_key_fedcba9876543210fedcba9876543210_test'

export interface TestServer {
  /** `http://127.0.0.1:port` */
  url: string
  /** `127.0.0.1:port` */
  authority: string
  composed: Composed
  stop(): Promise<void>
}

export interface Stack {
  name: string
  /** A fresh, empty server; `settings` are IMAGESTEAD_ names without prefix. */
  start(settings?: Record<string, string>, clock?: Clock): Promise<TestServer>
  /** Ends what the stack itself started. */
  stop(): Promise<void>
}

/** A further project with a key pair of its own; `chosen` are settings as projectSettingsSchema reads them. */
export async function addProject(
  { composed }: TestServer,
  id: string,
  chosen: unknown = {},
): Promise<{ publicKey: string; secretKey: string }> {
  const settings = projectSettingsSchema.parse(chosen)
  return composed.store.tx(async (tx) => {
    await tx.projects.insert({ id, name: id, status: 'active', settings, created: composed.clock.now() })
    const { key, secretKey: secret } = await composed.keys.createPair(tx, { project: id, label: 'test' })
    return { publicKey: key.publicKey ?? '', secretKey: secret }
  })
}

export const embedded: Stack = {
  name: 'SQLite and disk',
  start: (settings = {}, clock) => startServer(settings, clock),
  stop: async () => undefined,
}

/** A Stack whose servers may also share one database and bucket: nodes of one installation. */
export interface ScaleOut extends Stack {
  /** Settings of a fresh installation, for any number of `startServer` calls. */
  installation(): Promise<Record<string, string>>
}

/** PostgreSQL and S3, both started on first use. */
export function scaleOut(): ScaleOut {
  let postgres: ReturnType<typeof startTestPostgres> | undefined
  let s3: ReturnType<typeof startTestS3> | undefined

  async function installation(): Promise<Record<string, string>> {
    postgres ??= startTestPostgres()
    s3 ??= startTestS3()
    const [database, store] = await Promise.all([postgres, s3])
    return {
      DATABASE_URL: await database.url(),
      MASTER_KEY: 'a master key for tests, of more than 32 characters',
      S3_ENDPOINT: store.endpoint,
      S3_BUCKET: await store.bucket(),
      S3_ACCESS_KEY_ID: store.accessKeyId,
      S3_SECRET_ACCESS_KEY: store.secretAccessKey,
    }
  }

  return {
    name: 'PostgreSQL and S3',
    installation,
    start: async (settings = {}, clock) => startServer({ ...(await installation()), ...settings }, clock),
    async stop() {
      await (await postgres)?.stop()
      await (await s3)?.stop()
    },
  }
}

/** One node in this process; `settings` are IMAGESTEAD_ names without prefix. */
export async function startServer(
  settings: Record<string, string>,
  clock?: Clock,
  options: Pick<ComposeOptions, 'pollsForJobs'> = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'imagestead-test-'))
  const defaults = {
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'silent',
    // Tests come faster than any rate limit.
    LIMITS: 'off',
    // All of them have one address.
    SITE_LIMIT_ADDRESS: '10000',
    // The first look of a child loads its models, which takes long beside other tests.
    SCORING_DEADLINE_MS: '45000',
    BOOTSTRAP_PUBLIC_KEY: publicKey,
    BOOTSTRAP_SECRET_KEY: secretKey,
  }
  const environment = Object.fromEntries(
    Object.entries({ ...defaults, ...settings }).map(([name, value]) => [`IMAGESTEAD_${name}`, value]),
  )
  const config = loadConfig(environment)
  const composed = await compose(config, {
    log: pino({ level: config.LOG_LEVEL }),
    ...options,
    ...(clock === undefined ? {} : { clock }),
  })
  await composed.app.fastify.listen({ host: '127.0.0.1', port: config.PORT })
  const authority = `127.0.0.1:${listeningOn(composed.app)[0]?.port}`
  return {
    url: `http://${authority}`,
    authority,
    composed,
    async stop() {
      await composed.close()
      if (settings.DATA_DIR === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
