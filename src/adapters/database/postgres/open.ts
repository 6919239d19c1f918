/** PostgreSQL as the engine of several nodes: a pool for transactions, one for reads, a connection that hears of jobs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'
import type { Clock, MetadataStore } from '../../../core/ports.ts'
import { createDriver } from '../driver.ts'
import { migrateToLatest } from '../migrations/migrate.ts'
import { createSnakeCase } from '../names.ts'
import { createStore, type Engine } from '../store.ts'
import { isCollision } from './errors.ts'
import { changesChannel, createChannel, jobsChannel } from './listen.ts'
import { createPool } from './pool.ts'
import { claimSoleNode } from './sole-node.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host/database` */
  url: string
  /** Connections of this node, the one that listens for jobs included. */
  pool: number
  clock: Clock
  /** Longest wait for one statement, then `unavailable`. Default 4000. */
  answerMs?: number
  /** Longest wait for a connection, then `unavailable`. Default: 10 s, or `answerMs` where that is given. */
  waitMs?: number
  /** A transaction open for longer is rolled back. Default 5000. */
  transactionMs?: number
  /** True: refuse when another node that says so too is there (its blobs lie on its own disk). Default false. */
  soleNode?: boolean
}

const maxTries = 4
const pauseMs = 500

/**
 * Opens a store; connections are made when needed. Call `migrate` before use.
 * @throws DomainError `unavailable` when the server does not answer, `conflict` when another sole node is there
 */
export async function openPostgres(options: PostgresOptions): Promise<MetadataStore> {
  const store = await connect(options)
  if (options.soleNode !== true) return store
  try {
    const node = await claimSoleNode(options.url)
    return { ...store, close: () => node.release().then(() => store.close()) }
  } catch (error) {
    await store.close()
    throw error
  }
}

async function connect(options: PostgresOptions): Promise<MetadataStore> {
  const { clock, transactionMs = 5000 } = options
  const store = createStore(createEngine(options), { clock, transactionMs })
  // The server may be starting just like us.
  for (let tries = 1; ; tries += 1) {
    try {
      await store.ping()
      return store
    } catch (error) {
      if (tries < maxTries) {
        await sleep(pauseMs)
        continue
      }
      await store.close()
      throw error
    }
  }
}

function createEngine(options: PostgresOptions): Engine {
  const { url, pool, clock, answerMs = 4000 } = options
  const readerCount = Math.max(1, Math.floor((pool - 1) / 2))
  const writerCount = Math.max(1, pool - 1 - readerCount)
  const waitMs = options.waitMs ?? options.answerMs ?? 10_000
  const readers = createPool({ url, max: readerCount, readOnly: true, answerMs, waitMs, clock })
  const writers = createPool({ url, max: writerCount, readOnly: false, answerMs, waitMs, clock })
  const channel = createChannel(url)
  let closing: Promise<void> | undefined

  return {
    name: 'postgres',
    dialect,
    writer: writers.lend,
    reader: readers.lend,
    begin: 'begin',
    retryable: isCollision,

    async announce(db, { lanes, changes }) {
      for (const lane of lanes) await sql`select pg_notify(${jobsChannel}, ${lane})`.execute(db)
      for (const change of changes)
        await sql`select pg_notify(${changesChannel}, ${JSON.stringify(change)})`.execute(db)
    },

    onJobs: channel.onJobs,
    onChange: channel.onChange,

    async migrate() {
      const own = createPool({ url, max: 1, readOnly: false, answerMs: 0, waitMs, clock, plans: false })
      const createOwnDriver = () => createDriver({ acquire: own.lend, begin: 'begin', guarded: false, nameOf: String })
      try {
        await migrateToLatest(new Kysely({ dialect: { ...dialect, createDriver: createOwnDriver } }), 'postgres')
      } finally {
        await own.close()
      }
    },

    close() {
      closing ??= Promise.all([readers.close(), writers.close(), channel.close()]).then(() => {})
      return closing
    },
  }
}

const dialect: Engine['dialect'] = {
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new SnakeCaseCompiler(),
}

class SnakeCaseCompiler extends PostgresQueryCompiler {
  readonly #snakeCase = createSnakeCase()

  protected override sanitizeIdentifier(name: string): string {
    return super.sanitizeIdentifier(this.#snakeCase(name))
  }
}
