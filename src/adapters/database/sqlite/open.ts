/**
 * SQLite as the embedded engine: one writer connection lent to transactions in turn, a few readers, each in a worker
 * thread, so that a slow query, an fsync or a lock never stops the event loop.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import { DomainError } from '../../../core/errors.ts'
import type { JobLane } from '../../../core/jobs/records.ts'
import type { Clock, MetadataStore } from '../../../core/ports.ts'
import { createDriver, type Lease } from '../driver.ts'
import { migrateToLatest } from '../migrations/migrate.ts'
import { createSnakeCase } from '../names.ts'
import { createStore, type Engine } from '../store.ts'
import { unavailable } from '../unavailable.ts'
import { lockFolder } from './lock.ts'
import { startThread, type Thread } from './thread.ts'
import { createTurns } from './turns.ts'

export interface SqliteOptions {
  /** The data folder; made (mode 0700) when missing. */
  path: string
  clock: Clock
  /** Default 2. */
  readers?: number
  /** Longest wait for the writer or for another process's lock, then `unavailable`. Default 5000. */
  busyMs?: number
  /** A transaction open for longer is rolled back. Default 5000. */
  transactionMs?: number
  /** False: no lock on the folder, for short commands beside a running server. Default true. */
  exclusive?: boolean
}

/**
 * Opens (and creates) `imagestead.db` in the data folder. Call `migrate` before use.
 * @throws DomainError `conflict` when another server process uses the folder, `unavailable` when the file cannot be opened
 */
export async function openSqlite(options: SqliteOptions): Promise<MetadataStore> {
  const { clock, readers: readerCount = 2, busyMs = 5000, transactionMs = 5000, exclusive = true } = options
  const folder = resolve(options.path)
  const file = join(folder, 'imagestead.db')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = exclusive ? lockFolder(folder) : () => {}
  const writer = startThread({ file, readOnly: false, busyMs }, clock)
  try {
    // Private from its first byte on; the files beside it inherit the mode.
    closeSync(openSync(file, 'a', 0o600))
    await writer.query('select 1', [])
  } catch (error) {
    await writer.close()
    unlock()
    throw error instanceof DomainError ? error : unavailable(error, clock.now())
  }
  const readers = Array.from({ length: readerCount }, () => startThread({ file, readOnly: true, busyMs }, clock))
  return createStore(createEngine({ writer, readers, unlock, clock, busyMs }), { clock, transactionMs })
}

/** A thread is 8 MB: another reader starts when those that run are held up by a slow statement, and stays. */
const heldUpMs = 50

interface Parts {
  writer: Thread
  readers: readonly Thread[]
  unlock(): void
  clock: Clock
  busyMs: number
}

function createEngine({ writer, readers, unlock, clock, busyMs }: Parts): Engine {
  const turns = createTurns(busyMs, clock)
  const listeners = new Set<(lane: JobLane) => void>()
  let running = 1
  let closed = false
  const refuseClosed = () => {
    if (closed) throw unavailable(new Error('the store is closed'), clock.now())
  }

  async function lendWriter(): Promise<Lease> {
    refuseClosed()
    const end = await turns.take()
    const generation = writer.generation()
    return {
      async query(sql, parameters, place) {
        // Another thread knows nothing of this transaction.
        if (writer.generation() !== generation) throw unavailable(new Error('the connection was lost'), clock.now())
        return writer.query(sql, parameters, place)
      },
      release(broken) {
        if (broken && writer.generation() === generation) writer.discard()
        end()
      },
    }
  }

  async function lendReader(): Promise<Lease> {
    refuseClosed()
    if (running < readers.length && readers.slice(0, running).every((reader) => reader.heldUp() > heldUpMs))
      running += 1
    const idlest = readers
      .slice(0, running)
      .reduce((best, reader) => (reader.waiting() < best.waiting() ? reader : best))
    return { query: idlest.query, release() {} }
  }

  return {
    name: 'sqlite',
    dialect,
    writer: lendWriter,
    reader: lendReader,
    begin: 'begin immediate',
    retryable: () => false,

    committed({ lanes }) {
      // Apart from the caller: what a listener does is no business of a transaction that is committed.
      for (const lane of lanes) for (const listener of listeners) queueMicrotask(() => listener(lane))
    },

    onJobs(listener) {
      const own = (lane: JobLane) => listener(lane)
      listeners.add(own)
      return () => listeners.delete(own)
    },

    async migrate() {
      const createOwnDriver = () =>
        createDriver({ acquire: lendWriter, begin: 'begin immediate', guarded: false, nameOf: String })
      await migrateToLatest(new Kysely({ dialect: { ...dialect, createDriver: createOwnDriver } }), 'sqlite')
    },

    async close() {
      if (closed) return
      closed = true
      // The transaction in progress ends first.
      const end = await turns.take().catch(() => () => {})
      await Promise.all([writer, ...readers].map((thread) => thread.close()))
      end()
      unlock()
    },
  }
}

const dialect: Engine['dialect'] = {
  createAdapter: () => new TransactionalSqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SnakeCaseCompiler(),
}

class SnakeCaseCompiler extends SqliteQueryCompiler {
  readonly #snakeCase = createSnakeCase()

  protected override sanitizeIdentifier(name: string): string {
    return super.sanitizeIdentifier(this.#snakeCase(name))
  }
}

/** Kysely's adapter runs SQLite migrations outside a transaction, though SQLite can undo schema changes. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
