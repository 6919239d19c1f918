import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { createTestClock, fresh } from '../../adapters/database/test-records.ts'
import type { MetadataStore } from '../ports.ts'
import { createThrottle, type Throttle } from './throttle.ts'

const clock = createTestClock()
let folder: string
let store: MetadataStore
let throttle: Throttle

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-throttle-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  throttle = createThrottle({ store, clock, secret: Buffer.from('secret') })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

let looked = 0
const attempt = async (name: string, found: boolean) => {
  const outcome = throttle(name, async () => {
    looked += 1
    return found ? 'found' : undefined
  })
  return outcome.then(
    (value) => value ?? 'nothing',
    ({ code, retryAt }) => `${code} ${(retryAt - clock.now()) / 1000}`,
  )
}

it('ten failures in a row make a name wait, twice as long each time, up to a minute; a success ends it', async () => {
  const name = fresh('name')
  for (let tries = 0; tries < 10; tries += 1) expect(await attempt(name, false)).toBe('nothing')
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    looked = 0
    expect(await attempt(name, true)).toBe(`rate_limited ${seconds}`)
    clock.advance(seconds * 1000 - 1)
    expect(await attempt(name, true)).toBe('rate_limited 0.001')
    expect(looked).toBe(0)
    clock.advance(1)
    expect(await attempt(name, false)).toBe('nothing')
  }
  clock.advance(60_000)
  expect(await attempt(name, true)).toBe('found')
  for (let tries = 0; tries < 10; tries += 1) expect(await attempt(name, false)).toBe('nothing')
  expect(await attempt(name, true)).toBe('rate_limited 1')
})

it('nine failures and a success are not in a row with what follows', async () => {
  const name = fresh('name')
  for (let round = 0; round < 3; round += 1) {
    for (let tries = 0; tries < 9; tries += 1) expect(await attempt(name, false)).toBe('nothing')
    expect(await attempt(name, true)).toBe('found')
  }
})

it('failures of a day ago are not in a row with those of today', async () => {
  const name = fresh('name')
  for (let tries = 0; tries < 9; tries += 1) await attempt(name, false)
  clock.advance(24 * 3_600_000)
  for (let tries = 0; tries < 9; tries += 1) await attempt(name, false)
  expect(await attempt(name, true)).toBe('found')
})

it('of 20 guesses at once ten are looked at; 20 that are right all get in; more than 20 at once have to come again', async () => {
  const at = (name: string, found: boolean, many: number) =>
    Promise.all(Array.from({ length: many }, () => attempt(name, found)))
  const guesses = await at(fresh('name'), false, 20)
  expect(guesses.filter((outcome) => outcome === 'nothing')).toHaveLength(10)
  expect(guesses.filter((outcome) => outcome === 'rate_limited 1')).toHaveLength(10)
  const name = fresh('name')
  expect(new Set(await at(name, true, 20))).toEqual(new Set(['found']))
  expect((await at(name, true, 21)).filter((outcome) => outcome === 'rate_limited 1')).toHaveLength(1)
})

it('names do not wait for each other', async () => {
  const name = fresh('name')
  for (let tries = 0; tries < 10; tries += 1) await attempt(name, false)
  expect(await attempt(fresh('name'), true)).toBe('found')
})

it('the store holds no name', async () => {
  const name = 'a password in the wrong field'
  await attempt(name, false)
  expect(await store.read.signInFailures.find(name)).toBeUndefined()
})
