/** The MetadataStore over an engine: transactions, readers, wake-ups. All that differs between engines is in Engine. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Dialect, Kysely } from 'kysely'
import { DomainError } from '../../core/errors.ts'
import type { JobLane } from '../../core/jobs/records.ts'
import type { Change, Clock, MetadataStore, Repositories } from '../../core/ports.ts'
import { createDriver, type Lease } from './driver.ts'
import { toCamelCase } from './names.ts'
import { createRecentKeys } from './recent-keys.ts'
import { createRepositories } from './repositories.ts'
import type { EngineName, Schema, Scope } from './schema.ts'

/** A database engine, opened. Its methods throw DomainErrors only. */
export interface Engine {
  name: EngineName
  /** Adapter, introspector and a query compiler that spells names as the tables do; the driver is ours. */
  dialect: Omit<Dialect, 'createDriver'>
  /** A connection for one transaction, first come first served. */
  writer(): Promise<Lease>
  /** A connection that refuses to write, for one statement. */
  reader(): Promise<Lease>
  /** The statement that opens a transaction. */
  begin: string
  /** True for a failure that running the transaction again may cure. */
  retryable(error: unknown): boolean
  /** Last statement of a transaction that has news for other processes. */
  announce?(db: Kysely<Schema>, news: News): Promise<void>
  /** Called after such a transaction was committed by this process. */
  committed?(news: News): void
  onJobs(listener: (lane: JobLane) => void): () => void
  /** News of other processes, where they can be heard. */
  onChange?(listener: (change: Change) => void): () => void
  migrate(): Promise<void>
  close(): Promise<void>
}

/** What others hear of a transaction. */
export interface News {
  /** Of due jobs that it enqueued. */
  lanes: ReadonlySet<JobLane>
  changes: readonly Change[]
}

export interface StoreOptions {
  clock: Clock
  /** A transaction open for longer is rolled back. */
  transactionMs: number
}

/** Runs of one transaction, the first included. */
const maxRuns = 8
const pingMs = 1000

export function createStore(engine: Engine, { clock, transactionMs }: StoreOptions): MetadataStore {
  /** Marks code that runs inside `fn` of a transaction. */
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  let open = 0

  function refuseInside(): void {
    if (inside.getStore()?.open !== true) return
    throw new DomainError(
      'internal',
      'The store was used inside its own transaction; use the repositories given there.',
    )
  }

  function database(acquire: () => Promise<Lease>): Kysely<Schema> {
    const driver = () =>
      createDriver({
        guarded: true,
        begin: engine.begin,
        nameOf: toCamelCase,
        async acquire() {
          refuseInside()
          return acquire()
        },
      })
    return new Kysely<Schema>({ dialect: { ...engine.dialect, createDriver: driver } })
  }

  const writers = database(engine.writer)
  const readers = database(engine.reader)
  const changeListeners = new Set<(change: Change) => void>()
  const common = { engine: engine.name, clock, statements: new Map() }
  const nothing = () => undefined
  const silent = { wake: nothing, touch: nothing, keysChange: nothing }
  const read = createRepositories({ ...common, ...silent, db: readers, writable: false })
  const { counters } = createRepositories({ ...common, ...silent, db: writers, writable: true })
  const recent = createRecentKeys(read, clock)

  async function run<T>(fn: (repositories: Repositories) => Promise<T>): Promise<T> {
    const lanes = new Set<JobLane>()
    const touched = new Map<string, Change>()
    let keysChanged = false
    const noted: Pick<Scope, 'wake' | 'touch' | 'keysChange'> = {
      wake: (lane) => void lanes.add(lane),
      touch(project, purged = false) {
        touched.set(project, { project, purged: purged || touched.get(project)?.purged === true })
      },
      keysChange() {
        keysChanged = true
      },
    }
    const news = (): News => ({ lanes, changes: [...touched.values()] })
    try {
      const value = await writers.transaction().execute(async (transaction) => {
        const context = { open: true }
        open += 1
        const repositories = createRepositories({ ...common, ...noted, db: transaction, writable: true })
        try {
          const result = await within(transactionMs, clock, () => inside.run(context, () => fn(repositories)))
          if (lanes.size + touched.size > 0) await engine.announce?.(transaction, news())
          return result
        } finally {
          context.open = false
          open -= 1
          // While it is in use, Node calls hooks for every promise of the process.
          if (open === 0) inside.disable()
        }
      })
      // Before anybody hears that it is done: who asks then gets the new picture.
      for (const change of touched.values()) for (const listener of changeListeners) listener(change)
      if (lanes.size > 0) engine.committed?.(news())
      return value
    } finally {
      // Also after a failure: a commit may have been done all the same.
      if (keysChanged) recent.forget()
    }
  }

  return {
    read: { ...read, keys: recent.keys, users: recent.users, groups: recent.groups },
    alone: { counters },

    async tx(fn) {
      refuseInside()
      for (let runs = 1; ; runs += 1) {
        try {
          return await run(fn)
        } catch (error) {
          if (runs >= maxRuns || !engine.retryable(error)) throw error
          // Those who collided part: 5 to 10 ms at first, twice as much each time.
          await new Promise((resolve) => setTimeout(resolve, 2.5 * 2 ** runs * (1 + Math.random())))
        }
      }
    },

    onJobs: engine.onJobs,

    onChange(listener) {
      const own = (change: Change) => listener(change)
      changeListeners.add(own)
      const unsubscribe = engine.onChange?.(own)
      return () => {
        changeListeners.delete(own)
        unsubscribe?.()
      }
    },
    migrate: engine.migrate,

    async ping() {
      await within(pingMs, clock, async () => {
        await readers.selectNoFrom((value) => value.lit(1).as('one')).execute()
      })
    },

    close: engine.close,
  }
}

/** Rejects with `unavailable` when the work takes longer. */
async function within<T>(ms: number, clock: Clock, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = 'The database took too long to answer. Try again in a moment.'
      reject(new DomainError('unavailable', message, { retryAt: clock.now() + 1000 }))
    }, ms)
  })
  try {
    return await Promise.race([work(), expiry])
  } finally {
    clearTimeout(timer)
  }
}
