/**
 * Databases with made-up rows in bulk, on either engine. With `--keep` they stay: a million rows take minutes to make, and
 * are the same every time.
 */
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openPostgres } from '../src/adapters/database/postgres/open.ts'
import { startTestPostgres } from '../src/adapters/database/postgres/test-server.ts'
import { openSqlite } from '../src/adapters/database/sqlite/open.ts'
import type { MetadataStore } from '../src/core/ports.ts'
import type { Context } from './scenario.ts'

export interface Filling {
  /** Of the folder; another one for other rows. */
  name: string
  count: number
  /** What is written through the repositories, before the rows. */
  prepare(store: MetadataStore): Promise<void>
  sqlite(folder: string): void
  postgres(query: (sql: string) => Promise<Record<string, unknown>[]>, folder: string): Promise<void>
}

export interface Filled {
  store: MetadataStore
  bytes: number
  /** 0: kept from a run before. */
  fillSeconds: number
  stop(): Promise<void>
}

type Where = Pick<Context, 'folder' | 'kept' | 'say'>

export async function filledSqlite(where: Where, filling: Filling): Promise<Filled> {
  const { name, count } = filling
  const path = join(where.kept ?? where.folder, `${name}-sqlite-${count}`)
  if (!(await isThere(path))) await rm(path, { recursive: true, force: true })
  const fillSeconds = await once(where, path, `SQLite, filling in ${count}`, async () => {
    const empty = await openSqlite({ path, clock: Date })
    await empty.migrate()
    await filling.prepare(empty)
    await empty.close()
    filling.sqlite(path)
  })
  const store = await openSqlite({ path, clock: Date })
  await store.migrate()
  const { size } = await stat(join(path, 'imagestead.db'))
  return { store, bytes: size, fillSeconds, stop: () => store.close() }
}

export async function filledPostgres(where: Where, filling: Filling): Promise<Filled> {
  const { name, count } = filling
  const path = join(where.kept ?? where.folder, `${name}-postgres-${count}`)
  if (!(await isThere(path))) await rm(path, { recursive: true, force: true })
  const server = await startTestPostgres(join(path, 'data'))
  try {
    const url = await server.url()
    const fillSeconds = await once(where, path, `PostgreSQL, filling in ${count}`, async () => {
      await server.admin(`alter system set shared_buffers = '1GB'`)
      await server.admin(`alter system set max_wal_size = '8GB'`)
      await server.pause()
      await server.start()
      const empty = await openPostgres({ url, pool: 5, clock: Date })
      await empty.migrate()
      await filling.prepare(empty)
      await empty.close()
      await filling.postgres((sql) => server.run(url, sql), path)
    })
    const store = await openPostgres({ url, pool: 5, clock: Date })
    await store.migrate()
    const [row] = await server.run(url, 'select pg_database_size(current_database())::float8 as bytes')
    const stop = () => store.close().then(() => server.stop())
    return { store, bytes: Number(row?.bytes), fillSeconds, stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Runs `fill` unless a run before came to its end. @returns seconds it took */
async function once({ say }: Where, path: string, what: string, fill: () => Promise<void>): Promise<number> {
  if (await isThere(path)) return 0
  say(what)
  const started = performance.now()
  await fill()
  await writeFile(join(path, 'filled'), '')
  return (performance.now() - started) / 1000
}

const isThere = (path: string) =>
  stat(join(path, 'filled')).then(
    () => true,
    () => false,
  )
