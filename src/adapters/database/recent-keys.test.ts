/** What is remembered of keys, over two stores of one database: this process and another one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Key } from '../../core/keys/records.ts'
import type { MetadataStore } from '../../core/ports.ts'
import { openSqlite } from './sqlite/open.ts'
import { aKey, aProject, aUser, createTestClock, fresh } from './test-records.ts'

const clock = createTestClock()
let folder: string
let store: MetadataStore
let other: MetadataStore

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-recent-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  other = await openSqlite({ path: folder, clock, exclusive: false })
})
afterAll(async () => {
  await Promise.all([store.close(), other.close()])
  await rm(folder, { recursive: true, force: true })
})

async function aPair(): Promise<Key> {
  const project = aProject()
  const key = aKey({ project: project.id, secretHash: fresh('hash') })
  await store.tx(async (tx) => {
    await tx.projects.insert(project)
    await tx.keys.insert(key)
  })
  return key
}
const find = ({ publicKey }: Key) => store.read.keys.findByPublicKey(publicKey ?? '')
const disable = (by: MetadataStore, { id }: Key) => by.tx((tx) => tx.keys.update(id, { status: 'disabled' }))

it('what this process changes counts at once: a key, its project', async () => {
  const key = await aPair()
  const hash = key.secretHash ?? ''
  expect((await find(key))?.key.status).toBe('active')
  expect((await store.read.keys.findBySecretHash(hash))?.key.status).toBe('active')
  await disable(store, key)
  expect((await find(key))?.key.status).toBe('disabled')
  expect((await store.read.keys.findBySecretHash(hash))?.key.status).toBe('disabled')
  await store.tx((tx) => tx.projects.update(key.project, { status: 'disabled' }))
  expect((await find(key))?.project.status).toBe('disabled')
})

it('what another process changes counts a second later at the latest', async () => {
  const key = await aPair()
  await find(key)
  await disable(other, key)
  clock.advance(1000)
  expect((await find(key))?.key.status).toBe('disabled')
})

it('a key that is new to the database is found at once', async () => {
  const project = aProject()
  const key = aKey({ project: project.id, secretHash: fresh('hash') })
  expect(await find(key)).toBeUndefined()
  await other.tx(async (tx) => {
    await tx.projects.insert(project)
    await tx.keys.insert(key)
  })
  expect((await find(key))?.key).toEqual(key)
})

it('what was being read while it changed is not remembered', async () => {
  const key = await aPair()
  const early = find(key)
  await disable(store, key)
  await early
  expect((await find(key))?.key.status).toBe('disabled')
})

it('rights at sites: what this process changes counts at once, what others do within a second', async () => {
  const user = aUser({ project: fresh('project') })
  const group = { id: fresh('gr'), project: user.project, name: 'a', description: null, created: 1, updated: 1 }
  await store.tx(async (tx) => {
    await tx.users.insert(user)
    await tx.groups.insert(group)
    await tx.groups.setInstallations(group.id, ['in_1'])
  })
  const right = async () => (await store.read.groups.accessOf(user)).installations.get('in_1')
  const give = (by: MetadataStore, given: 'view' | 'manage' | null) =>
    by.tx((tx) => tx.groups.setMember(group.id, user.id, given))
  expect(await right()).toBeUndefined()
  await give(store, 'view')
  expect(await right()).toBe('view')
  await give(other, 'manage')
  expect(await right()).toBe('view')
  clock.advance(1000)
  expect(await right()).toBe('manage')
  await store.tx((tx) => tx.groups.delete(user.project, group.id))
  expect(await right()).toBeUndefined()
})
