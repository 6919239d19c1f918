import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { monthMs } from '../../core/limits/records.ts'
import type { Clock, MetadataStore } from '../../core/ports.ts'
import { openPostgres } from '../database/postgres/open.ts'
import { startTestPostgres, type TestPostgres } from '../database/postgres/test-server.ts'
import { openSqlite } from '../database/sqlite/open.ts'
import { createLimits } from './create.ts'
import { createDatabaseLimits } from './database.ts'
import { limitsContract, monthContract, slidingContract } from './limits.contract.ts'
import { createMemoryLimits } from './memory.ts'
import { createWriteBehindLimits } from './write-behind.ts'

const clock: Clock = { now: () => 0 }
const folder = mkdtempSync(join(tmpdir(), 'imagestead-limits-'))
let server: TestPostgres
let sqlite: MetadataStore
let nodes: MetadataStore[]

beforeAll(async () => {
  sqlite = await openSqlite({ path: folder, clock })
  await sqlite.migrate()
  server = await startTestPostgres()
  const url = await server.url()
  nodes = await Promise.all([1, 2].map(() => openPostgres({ url, pool: 6, clock })))
  await nodes[0]?.migrate()
})

afterAll(async () => {
  await Promise.all([sqlite, ...nodes].map((store) => store.close()))
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('limits in memory', () => {
  limitsContract((clock) => createMemoryLimits({ clock }), 1000)
  slidingContract((clock) => createMemoryLimits({ clock }))
  monthContract((clock) => createMemoryLimits({ clock }))

  it('keep a bounded number of counters, the newest', async () => {
    const limits = createMemoryLimits({ clock, maxCounters: 10 })
    const policy = { name: 'bounded', windowMs: 1000, max: 1 }
    for (const some of [policy, { ...policy, kind: 'sliding' as const }]) {
      for (let bucket = 0; bucket < 100; bucket += 1) await limits.hit(`${bucket}`, some)
      expect((await limits.hit('99', some)).allowed).toBe(false)
      expect((await limits.hit('0', some)).allowed).toBe(true)
    }
  })
})

describe('limits on SQLite', () => {
  for (const windowMs of [1000, 60_000, 2_592_000_000]) {
    limitsContract((clock) => createLimits({ store: sqlite, clock, exact: false }), windowMs)
  }
  slidingContract((clock) => createDatabaseLimits({ store: sqlite, clock }))
  monthContract((clock) => createLimits({ store: sqlite, clock, exact: false }))
})

describe('limits on PostgreSQL', () => {
  let node = 0
  const next = () => {
    node += 1
    const store = nodes[node % nodes.length]
    if (store === undefined) throw new Error('no node')
    return store
  }
  for (const windowMs of [1000, 60_000]) {
    limitsContract((clock) => createLimits({ store: next(), clock, exact: true }), windowMs)
  }

  slidingContract((clock) => createLimits({ store: next(), clock, exact: true }))
  monthContract((clock) => createLimits({ store: next(), clock, exact: true }))

  it('a minute and a month together are exact over two nodes', async () => {
    const both = [next(), next()].map((store) => createDatabaseLimits({ store, clock }))
    const hits = [
      { bucket: 'a', policy: { name: 'shared month', windowMs: monthMs, kind: 'month' as const, max: 9 } },
      { bucket: 'a', policy: { name: 'shared minute', windowMs: 60_000, max: 20 } },
    ]
    const all = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, hit) => both[hit % 2]?.hitAll(hits) ?? []))
    // The first make the rows, the others find them.
    const states = [...(await all(6)), ...(await all(40))]
    expect(states.filter((pair) => pair.every(({ allowed }) => allowed))).toHaveLength(9)
    expect(await all(1)).toMatchObject([
      [
        { allowed: false, remaining: 0 },
        { allowed: true, remaining: 11 },
      ],
    ])
    const minute = hits[1]
    expect(minute && (await both[0]?.hit('a', minute.policy, 0))).toMatchObject({ remaining: 11 })
  })

  it.each(['fixed', 'sliding'] as const)('are exact over two nodes: %s', async (kind) => {
    const both = [next(), next()].map((store) => createDatabaseLimits({ store, clock }))
    const policy = { name: `shared ${kind}`, windowMs: 1000, max: 11, kind }
    const states = await Promise.all(Array.from({ length: 30 }, (_, hit) => both[hit % 2]?.hit('a', policy)))
    expect(states.filter((state) => state?.allowed)).toHaveLength(11)
  })

  it('are counted by each node where the policy says so, without the database', async () => {
    const closed = { tx: () => Promise.reject(new Error('asked')) } as unknown as MetadataStore
    const limits = createLimits({ store: closed, clock, exact: true })
    const policy = { name: 'guard', windowMs: 1000, max: 1, kind: 'sliding' as const, perNode: true }
    expect(await limits.hit('a', policy)).toMatchObject({ allowed: true })
    expect(await limits.hit('a', policy)).toMatchObject({ allowed: false })
  })
})

describe('a window of a minute on SQLite', () => {
  const policy = { name: 'minute', windowMs: 60_000, max: 5 }

  it('and one of a second, which are kept in two places, are both taken or none', async () => {
    const limits = createLimits({ store: sqlite, clock, exact: false })
    const hits = [
      { bucket: 'mixed', policy: { name: 'second', windowMs: 1000, max: 9 } },
      { bucket: 'mixed', policy },
    ]
    const states = await Promise.all(Array.from({ length: 8 }, () => limits.hitAll(hits)))
    expect(states.filter((pair) => pair.every(({ allowed }) => allowed))).toHaveLength(5)
    expect(await limits.hitAll(hits)).toMatchObject([
      { allowed: true, remaining: 3 },
      { allowed: false, remaining: 0 },
    ])
    expect(await limits.hit('mixed', { name: 'second', windowMs: 1000, max: 9 }, 0)).toMatchObject({ remaining: 4 })
    await limits.close()
  })

  it('and a month that were given back are written as such', async () => {
    const june = { name: 'month', windowMs: monthMs, kind: 'month' as const, max: 5 }
    const first = createWriteBehindLimits({ store: sqlite, clock, flushMs: 10 })
    const [state] = await first.hitAll([{ bucket: 'back', policy: june }])
    await first.hitAll([{ bucket: 'back', policy: june }])
    const read = () => sqlite.read.counters.read('month:back', 0, monthMs)
    await vi.waitFor(async () => expect(await read()).toBe(2))
    await first.giveBack([{ bucket: 'back', policy: june, resetAt: state?.resetAt ?? 0 }])
    await first.close()
    expect(await read()).toBe(1)
  })

  it('goes on after a restart, also without a clean end', async () => {
    const crashed = createWriteBehindLimits({ store: sqlite, clock, flushMs: 10 })
    await Promise.all([1, 2, 3].map(() => crashed.hit('restart', policy)))
    await vi.waitFor(async () => expect(await sqlite.read.counters.read('minute:restart', 0, 60_000)).toBe(3))
    const next = createWriteBehindLimits({ store: sqlite, clock })
    const states = await Promise.all([1, 2, 3].map(() => next.hit('restart', policy)))
    expect(states.map(({ allowed }) => allowed)).toEqual([true, true, false])
    await next.close()
    await crashed.close()
    expect(await sqlite.read.counters.read('minute:restart', 0, 60_000)).toBe(5)
  })
})
