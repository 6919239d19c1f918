import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Clock, MetadataStore } from '../../../core/ports.ts'
import { jobsContract } from '../jobs.contract.ts'
import { storeContract } from '../store.contract.ts'
import { aBlob, aJob, createTestClock } from '../test-records.ts'
import { openPostgres } from './open.ts'
import { startTestPostgres, type TestPostgres } from './test-server.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startTestPostgres()
})
afterAll(() => server.stop())

async function open(clock: Clock = createTestClock(), transactionMs = 5000, url?: string): Promise<MetadataStore> {
  const store = await openPostgres({ url: url ?? (await server.url()), pool: 6, clock, transactionMs })
  await store.migrate()
  return store
}

describe('PostgreSQL store', () => storeContract(open))
describe('PostgreSQL jobs', () => jobsContract(open))

describe('the PostgreSQL engine', () => {
  it('migrates once when three nodes start together', async () => {
    const url = await server.url()
    const nodes = await Promise.all([1, 2, 3].map(() => open(createTestClock(), 5000, url)))
    const kept = await Promise.all(
      nodes.map((node, number) => node.tx(({ meta }) => meta.setOnce('node', `${number}`))),
    )
    expect(new Set(kept).size).toBe(1)
    await Promise.all(nodes.map((node) => node.close()))
  })

  it('goes on with statements whose plans are of no use since another node has migrated', async () => {
    const url = await server.url()
    const store = await open(createTestClock(), 5000, url)
    const read = () => store.read.projects.find('nobody')
    const write = () => store.tx(({ projects }) => projects.find('nobody'))
    for (let times = 0; times < 4; times += 1) await Promise.all([read(), write()])
    await server.run(url, 'alter table projects add column later integer')
    expect(await Promise.all([read(), write()])).toEqual([undefined, undefined])
    await store.close()
  })

  it('wakes other nodes', async () => {
    const url = await server.url()
    const [here, there] = await Promise.all([open(createTestClock(), 5000, url), open(createTestClock(), 5000, url)])
    const heard = vi.fn()
    there.onJobs(heard)
    await vi.waitFor(async () => {
      await here.tx(({ jobs }) => jobs.enqueue(aJob()))
      await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('batch'), { timeout: 500 })
    }, 10_000)
    await Promise.all([here.close(), there.close()])
  })

  it('runs a transaction again that lost a deadlock', async () => {
    const store = await open()
    const [first, second] = [aBlob({ refs: 0 }), aBlob({ refs: 0 })]
    await store.tx(async ({ blobs }) => {
      await blobs.insert(first)
      await blobs.insert(second)
    })
    let runs = 0
    // Both hold one row before they ask for the other's.
    let met = () => {}
    const meeting = new Promise<void>((resolve) => {
      met = resolve
    })
    const crossing = [
      [first, second],
      [second, first],
    ].map(([one, other]) =>
      store.tx(async ({ blobs }) => {
        runs += 1
        await blobs.retain(one?.key ?? '')
        if (runs === 2) met()
        await meeting
        await blobs.retain(other?.key ?? '')
      }),
    )
    await Promise.all(crossing)
    expect(runs).toBe(3)
    expect(await store.read.blobs.find(first.key)).toMatchObject({ refs: 2 })
    await store.close()
  })

  it('answers `unavailable` when its connections are terminated, also inside a transaction, and recovers', async () => {
    const url = await server.url()
    const store = await open(createTestClock(), 5000, url)
    const heard = vi.fn()
    store.onJobs(heard)
    const cut = store.tx(async ({ meta }) => {
      await meta.set('half', 'x')
      await terminate(url)
      await meta.set('other half', 'x')
    })
    await expect(cut).rejects.toMatchObject({ code: 'unavailable', retryAt: expect.any(Number) })
    await vi.waitFor(() => store.tx(({ meta }) => meta.set('again', 'x')))
    expect(await store.read.meta.get('again')).toBe('x')
    expect(await store.read.meta.get('half')).toBeUndefined()
    // The listener has come back, too.
    await vi.waitFor(async () => {
      heard.mockClear()
      await store.tx(({ jobs }) => jobs.enqueue(aJob()))
      await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('batch'), { timeout: 500 })
    }, 20_000)
    await store.close()
  })

  it('answers `unavailable` soon when a row stays locked, and the transaction can be repeated', async () => {
    const url = await server.url()
    const store = await openPostgres({ url, pool: 4, clock: createTestClock(), answerMs: 600 })
    await store.migrate()
    await vi.waitFor(() => store.tx(({ meta }) => meta.set('row', 'x')), 10_000)
    const other = new pg.Client(url)
    await other.connect()
    await other.query('begin')
    await other.query(`update meta set value = 'y' where name = 'row'`)
    await expect(store.tx(({ meta }) => meta.set('row', 'z'))).rejects.toMatchObject({ code: 'unavailable' })
    await other.end()
    await vi.waitFor(() => store.tx(({ meta }) => meta.set('row', 'z')), 10_000)
    await store.close()
  })

  it('gives up a connection whose server process does not answer, and goes on with others', async () => {
    const url = await server.url()
    const store = await openPostgres({ url, pool: 4, clock: createTestClock(), answerMs: 600 })
    await store.migrate()
    await vi.waitFor(() => store.tx(({ meta }) => meta.set('a', 'b')), 10_000)
    const stopped = await backends(url)
    for (const pid of stopped) process.kill(pid, 'SIGSTOP')
    try {
      await expect(store.tx(({ meta }) => meta.set('a', 'c'))).rejects.toMatchObject({ code: 'unavailable' })
      await vi.waitFor(() => store.tx(({ meta }) => meta.set('other', 'row')), 10_000)
      await vi.waitFor(async () => expect(await store.read.meta.get('a')).toBe('b'), 10_000)
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGCONT')
    }
    await store.close()
  })

  it('refuses text that PostgreSQL cannot hold as the fault of the value', async () => {
    const store = await open()
    await expect(store.tx(({ meta }) => meta.set('zero', 'a\u0000b'))).rejects.toMatchObject({ code: 'invalid' })
    await store.close()
  })

  it('leaves the parsers of other pg users alone', async () => {
    const store = await open()
    await store.tx(({ blobs }) => blobs.insert(aBlob({ size: 2 ** 45 })))
    const [row] = await server.admin('select 1::bigint as one')
    expect(row).toEqual({ one: '1' })
    await store.close()
  })
})

describe('a PostgreSQL server that goes away', () => {
  it('fails calls cleanly, is never waited for long, and serves again after its return', async () => {
    const store = await open()
    store.onJobs(() => {})
    await store.ping()
    await server.pause()
    try {
      const started = Date.now()
      await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' })
      await expect(store.tx(({ meta }) => meta.set('a', 'b'))).rejects.toMatchObject({ code: 'unavailable' })
      await expect(store.read.meta.get('a')).rejects.toMatchObject({ code: 'unavailable' })
      await expect(open(createTestClock(), 5000, 'postgres://127.0.0.1:1/x')).rejects.toMatchObject({
        code: 'unavailable',
      })
      expect(Date.now() - started).toBeLessThan(10_000)
    } finally {
      await server.start()
    }
    await vi.waitFor(() => store.tx(({ meta }) => meta.set('a', 'b')), 10_000)
    expect(await store.read.meta.get('a')).toBe('b')
    await store.close()
  })
})

/** Ends every connection to the database of the URL, as a restart of the server would. */
async function terminate(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  await server.admin('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  await sleep(20)
}

/** The server processes of the connections to the database of the URL. */
async function backends(url: string): Promise<number[]> {
  const name = new URL(url).pathname.slice(1)
  const rows = await server.admin('select pid from pg_stat_activity where datname = $1', [name])
  return rows.map(({ pid }) => Number(pid))
}
