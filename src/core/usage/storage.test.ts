/** The storage counter against a real store. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aProject, createTestClock } from '../../adapters/database/test-records.ts'
import type { MetadataStore } from '../ports.ts'
import { projectSettingsSchema } from '../projects/settings.ts'
import { giveBackStorage, storageUsed, takeStorage } from './storage.ts'

let folder: string
let store: MetadataStore
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-storage-'))
  store = await openSqlite({ path: folder, clock: createTestClock(), exclusive: true })
  await store.migrate()
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

it('20 at once take no more than there is, and what is given back may be taken again', async () => {
  const project = aProject({ settings: projectSettingsSchema.parse({ limits: { storageBytes: 100 } }) })
  const take = (bytes: number) => store.tx((tx) => takeStorage(tx, project, bytes))
  const taken = await Promise.allSettled(Array.from({ length: 20 }, () => take(30)))
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect(taken.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'quota_exceeded', message: 'Your account has exceeded its storage limit.' },
  })
  expect(await storageUsed(store.read, project.id)).toBe(90)
  await store.tx((tx) => giveBackStorage(tx, project.id, 60))
  await take(70)
  expect(await storageUsed(store.read, project.id)).toBe(100)
  await expect(take(1)).rejects.toMatchObject({ code: 'quota_exceeded' })
})

it('counts without a limit too, and nothing of a transaction that fails', async () => {
  const project = aProject()
  await store.tx((tx) => takeStorage(tx, project, 5_000_000_000))
  const failed = store.tx(async (tx) => {
    await takeStorage(tx, project, 7)
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
  expect(await storageUsed(store.read, project.id)).toBe(5_000_000_000)
})
