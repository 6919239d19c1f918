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
import { type Composed, compose, listeningOn } from '../../src/compose.ts'
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

/** A further project with a key pair of its own. */
export async function addProject(
  { composed }: TestServer,
  id: string,
): Promise<{ publicKey: string; secretKey: string }> {
  const settings = projectSettingsSchema.parse({})
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

/** PostgreSQL and S3, both started on first use. */
export function scaleOut(): Stack {
  const services = {
    postgres: undefined as ReturnType<typeof startTestPostgres> | undefined,
    s3: undefined as ReturnType<typeof startTestS3> | undefined,
  }
  return {
    name: 'PostgreSQL and S3',
    async start(settings = {}, clock) {
      services.postgres ??= startTestPostgres()
      services.s3 ??= startTestS3()
      const [postgres, s3] = await Promise.all([services.postgres, services.s3])
      return startServer(
        {
          DATABASE_URL: await postgres.url(),
          MASTER_KEY: 'a master key for tests, of more than 32 characters',
          S3_ENDPOINT: s3.endpoint,
          S3_BUCKET: await s3.bucket(),
          S3_ACCESS_KEY_ID: s3.accessKeyId,
          S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
          ...settings,
        },
        clock,
      )
    },
    async stop() {
      await (await services.postgres)?.stop()
      await (await services.s3)?.stop()
    },
  }
}

async function startServer(settings: Record<string, string>, clock: Clock | undefined): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'imagestead-test-'))
  const defaults = {
    DATA_DIR: folder,
    PORT: '0',
    LOG_LEVEL: 'silent',
    BOOTSTRAP_PUBLIC_KEY: publicKey,
    BOOTSTRAP_SECRET_KEY: secretKey,
  }
  const environment = Object.fromEntries(
    Object.entries({ ...defaults, ...settings }).map(([name, value]) => [`IMAGESTEAD_${name}`, value]),
  )
  const config = loadConfig(environment)
  const composed = await compose(config, {
    log: pino({ level: config.LOG_LEVEL }),
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
