/** Pairs against a real store; a moved clock lets them expire. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aProject, createTestClock } from '../../adapters/database/test-records.ts'
import type { MetadataStore } from '../ports.ts'
import { createKeys, type Keys } from './keys.ts'
import type { Scopes } from './scopes.ts'
import { createSealer } from './seal.ts'
import { createSiteKeys } from './site-keys.ts'

const clock = createTestClock()
let folder: string
let store: MetadataStore
let keys: Keys
let project: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-keys-'))
  store = await openSqlite({ path: folder, clock, exclusive: true })
  await store.migrate()
  keys = createKeys({ store, sealer: createSealer('a master key of more than 32 characters'), clock })
  const row = aProject()
  project = row.id
  await store.tx((tx) => tx.projects.insert(row))
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const make = (scopes: Scopes | null = null) => store.tx((tx) => keys.createPair(tx, { project, label: '', scopes }))
const states = async (pair: Awaited<ReturnType<typeof make>>) => [
  (await keys.findPairBySecret(pair.secretKey)).state,
  (await keys.lookUpPair(pair.key.publicKey ?? '')).state,
]

it('a pair is found by either of its keys, and tells why it cannot be used', async () => {
  const pair = await make()
  expect(await states(pair)).toEqual(['valid', 'valid'])
  expect(await keys.findPairBySecret(pair.secretKey)).toMatchObject({
    key: { id: pair.key.id },
    project: { id: project },
  })
  await store.tx((tx) => tx.projects.update(project, { status: 'disabled' }))
  expect(await states(pair)).toEqual(['project_disabled', 'project_disabled'])
  await store.tx((tx) => tx.projects.update(project, { status: 'active' }))
  await store.tx((tx) => tx.keys.update(pair.key.id, { status: 'disabled' }))
  expect(await states(pair)).toEqual(['disabled', 'disabled'])
  expect((await keys.findPairBySecret(pair.key.publicKey ?? '')).state).toBe('unknown')
  expect((await keys.lookUpPair('a\0b')).state).toBe('unknown')
  expect((await keys.findPairBySecret('a\0b')).state).toBe('unknown')
})

it('a site key is no private key', async () => {
  const sealer = createSealer('a master key of more than 32 characters')
  const siteKeys = createSiteKeys({ store, sealer, clock, revealable: true })
  const user = { id: 'us_1', project }
  const { secret } = await store.tx((tx) => siteKeys.create(tx, { user, name: 'a key' }))
  expect((await keys.findPairBySecret(secret)).state).toBe('unknown')
})

it('a rolled pair works on for the grace, its successor may do the same', async () => {
  const old = await make({ files: 'read' })
  const rolled = await store.tx((tx) => keys.roll(tx, old.key.id, 3_600_000))
  expect(rolled.key.scopes).toEqual({ files: 'read' })
  expect(await states(old)).toEqual(['valid', 'valid'])
  clock.advance(3_599_999)
  expect(await states(old)).toEqual(['valid', 'valid'])
  clock.advance(1)
  expect(await states(old)).toEqual(['expired', 'expired'])
  expect(await states(rolled)).toEqual(['valid', 'valid'])
  // Rolled once more, what has ended stays so.
  await store.tx((tx) => keys.roll(tx, old.key.id, 3_600_000))
  expect(await states(old)).toEqual(['expired', 'expired'])
  await store.tx((tx) => keys.roll(tx, rolled.key.id, 0))
  expect(await states(rolled)).toEqual(['expired', 'expired'])
})
