import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSqlite } from '../adapters/database/sqlite/open.ts'
import {
  aBlob,
  aKey,
  anAsset,
  aProject,
  createTestClock,
  fresh,
  type TestClock,
} from '../adapters/database/test-records.ts'
import type { AssetDeps } from '../core/assets/deps.ts'
import { openFolder } from '../core/assets/folders.ts'
import type { Caller } from '../core/caller.ts'
import { DomainError } from '../core/errors.ts'
import { beginCopy, beginMove, bulkJobKind } from '../core/folders/begin.ts'
import { deleteFolder, deleteFolderKind } from '../core/folders/delete.ts'
import { blobKey } from '../core/ids.ts'
import type { MetadataStore } from '../core/ports.ts'
import { storageUsed, takeStorage } from '../core/usage/storage.ts'
import { bulkJob } from './bulk-job.ts'
import { deleteFolder as deleteFolderHandler } from './delete-folder.ts'
import { createRunner, type Handler } from './runner.ts'

const leaseMs = 15_000
const filesPerFolder = 700

let folder: string
let clock: TestClock
let store: MetadataStore
let caller: Caller
let deps: AssetDeps

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-bulk-'))
  clock = createTestClock()
  store = await openSqlite({ path: folder, clock, exclusive: true })
  await store.migrate()
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  const project = aProject()
  await store.tx((tx) => tx.projects.insert(project))
  caller = { project, key: aKey(), requestId: 'r', signal: new AbortController().signal }
  deps = depsOver(store)
})

/** What the jobs need of the library: there is no webhook to tell. */
function depsOver(over: MetadataStore): AssetDeps {
  const events = { tell: async () => undefined, tellUrl: async () => undefined }
  const inTurn: AssetDeps['inTurn'] = (_key, work) => work()
  const maxFolderItems = 100_000
  return { store: over, clock, inTurn, events, maxFolderItems, fileContent: () => ({}) } as unknown as AssetDeps
}

/** So many files, each of its own bytes, in one folder. */
async function fill(path: string, names: readonly string[]): Promise<void> {
  await store.tx(async (tx) => {
    const { id } = await openFolder(tx, clock, caller, path)
    for (let start = 0; start < names.length; start += 100) {
      const assets = names.slice(start, start + 100).map((name) => {
        const project = caller.project.id
        return anAsset({ id, project }, { name, blob: blobKey(project), size: 10, created: clock.now() })
      })
      for (const { blob, project } of assets) await tx.blobs.insert(aBlob({ key: blob, project, size: 10 }))
      await tx.assets.insert(...assets)
    }
    await takeStorage(tx, caller.project, 10 * names.length)
  })
}
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

async function namesIn(path: string): Promise<string[]> {
  const found = await store.read.folders.findByPath(caller.project.id, path)
  return (await store.read.folderTrees.files(found?.id ?? '', null, 100_000)).map(({ name }) => name).sort()
}

function runnerOf(handler: Handler, heartbeatMs = 50) {
  const log = { error: () => undefined, warn: () => undefined }
  const atOnce = { interactive: 1, batch: 1, webhooks: 1, films: 1 }
  const worker = fresh('worker')
  return createRunner({ store, clock, handlers: [handler], worker, leaseMs, heartbeatMs, pollMs: 20, atOnce, log })
}

/** The store of a node that stops for good after so many transactions of its job, until `wake` is called. */
function storeThatStops(after: number) {
  let count = 0
  let wake: () => void = () => undefined
  let reached: () => void = () => undefined
  const awake = new Promise<void>((resolve) => (wake = resolve))
  const stopped = new Promise<void>((resolve) => (reached = resolve))
  const stopping: MetadataStore = {
    ...store,
    async tx(fn) {
      count += 1
      if (count > after) {
        reached()
        await awake
      }
      return store.tx(fn)
    },
  }
  return { store: stopping, stopped, wake: () => wake() }
}

const journey = { sourceFolderPath: '/a', destinationPath: '/to' }
const find = (id: string) => store.read.bulkJobs.find(caller.project.id, id)

describe.each(['move', 'copy'] as const)('a %s whose node died between two batches', (kind) => {
  it('goes on from there on another node; the first, when it wakes, changes nothing', async () => {
    const names = numbered('f', filesPerFolder)
    for (const path of ['/a', '/a/sub']) await fill(path, names)
    await fill('/to/a', names.slice(0, 10))
    await fill('/to/a/sub', ['there'])
    const id =
      kind === 'move'
        ? await beginMove(deps, caller, journey)
        : await beginCopy(deps, caller, { ...journey, includeVersions: false })

    const dying = storeThatStops(2)
    // No heartbeat either: the machine is gone.
    const first = runnerOf(bulkJob(depsOver(dying.store)), 1_000_000)
    first.start()
    await dying.stopped
    expect(await find(id)).toMatchObject({ status: 'Pending', cursor: { after: expect.anything() } })
    expect(await store.read.folderTrees.held(caller.project.id, '/a')).toBe('/a')

    clock.advance(leaseMs + 1)
    const second = runnerOf(bulkJob(deps))
    second.start()
    await expect.poll(async () => (await find(id))?.status, { timeout: 10_000 }).toBe('Completed')
    const done = await find(id)
    dying.wake()
    await first.stop(5000)
    await second.stop(5000)

    expect(await find(id)).toEqual(done)
    expect(await namesIn('/to/a')).toEqual(names.toSorted())
    expect(await namesIn('/to/a/sub')).toEqual([...names, 'there'].sort())
    const left = kind === 'move' ? [] : names.toSorted()
    expect([await namesIn('/a'), await namesIn('/a/sub')]).toEqual([left, left])
    const clash =
      (
        await store.read.assets.findByName(
          (await store.read.folders.findByPath(caller.project.id, '/to/a'))?.id ?? '',
          'f1',
        )
      )?.file ?? ''
    expect(await store.read.assets.countVersions(clash)).toEqual({ count: 2, last: 2 })
    const files = 2 * filesPerFolder + 11 + (kind === 'copy' ? 2 * filesPerFolder : 0)
    expect(await storageUsed(store.read, caller.project.id)).toBe(10 * files)
    for (const path of ['/a', '/to']) expect(await store.read.folderTrees.held(caller.project.id, path)).toBeUndefined()
  })
})

describe('a deletion', () => {
  it('goes on after its runner was stopped, until no row and no counted byte is left', async () => {
    for (const path of ['/a', '/a/b', '/a/b/c']) await fill(path, numbered('f', filesPerFolder))
    await deleteFolder(deps, caller, '/a')
    const dying = storeThatStops(2)
    const first = runnerOf(deleteFolderHandler(depsOver(dying.store)))
    first.start()
    await dying.stopped
    const stopped = first.stop(0)
    dying.wake()
    await stopped
    expect(await storageUsed(store.read, caller.project.id)).toBeGreaterThan(0)
    expect(await store.read.jobs.nextDue('batch', [deleteFolderKind])).toBeDefined()
    const second = runnerOf(deleteFolderHandler(deps))
    second.start()
    await expect.poll(() => store.read.jobs.nextDue('batch', [deleteFolderKind]), { timeout: 10_000 }).toBeUndefined()
    await second.stop(5000)
    expect(await storageUsed(store.read, caller.project.id)).toBe(0)
  })
})

describe('a deletion of very many folders', () => {
  it('is done in steps, meanwhile held; a node that dies between them leaves the rest to the job', async () => {
    const { project } = caller
    await fill('/wide', ['one'])
    for (const path of numbered('/wide/', 7)) await fill(path, [])
    const dying = storeThatStops(2)
    const deleting = deleteFolder(depsOver(dying.store), caller, '/wide', 3)
    await dying.stopped
    // One file and one folder.
    expect(await store.read.folderTrees.count(project.id, '/wide', 9)).toBe(2)
    const into = () => store.tx((tx) => openFolder(tx, clock, { project }, '/wide/0'))
    await expect(into()).rejects.toMatchObject({ code: 'locked' })

    const runner = runnerOf(deleteFolderHandler(deps))
    runner.start()
    await expect.poll(() => store.read.jobs.nextDue('batch', [deleteFolderKind]), { timeout: 20_000 }).toBeUndefined()
    await runner.stop(5000)
    expect(await store.read.folders.findByPath(project.id, '/wide')).toBeUndefined()
    expect(await storageUsed(store.read, project.id)).toBe(0)
    await into()
    dying.wake()
    await deleting
    // What was made since is not meant.
    expect(await store.read.folders.findByPath(project.id, '/wide/0')).toBeDefined()
  })
})

describe('a job that cannot go on', () => {
  it('is given up: its folders are free, the kept place is gone, its status says so', async () => {
    await fill('/a', ['one'])
    const id = await beginMove(deps, caller, journey)
    let tries = 0
    const failing: MetadataStore = {
      ...store,
      tx(fn) {
        tries += 1
        if (tries <= 4) throw new DomainError('internal', 'no')
        return store.tx(fn)
      },
    }
    const runner = runnerOf(bulkJob(depsOver(failing)))
    runner.start()
    for (let waits = 0; (await find(id))?.status === 'Pending' && waits < 200; waits += 1) {
      clock.advance(60_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await runner.stop(5000)
    expect(await find(id)).toMatchObject({ status: 'Partial success', failures: [{ reason: 'GIVEN_UP' }] })
    expect(await namesIn('/a')).toEqual(['one'])
    const { folders, folderTrees } = store.read
    expect(await folders.findByPath(caller.project.id, '/to/a')).toBeUndefined()
    expect(await folderTrees.held(caller.project.id, '/a')).toBeUndefined()
    expect(await store.read.jobs.nextDue('batch', [bulkJobKind])).toBeUndefined()
  })

  it('a copy beyond the storage limit ends where the storage ends', async () => {
    await fill('/a', numbered('f', 5))
    const { project } = caller
    const settings = { ...project.settings, limits: { ...project.settings.limits, storageBytes: 60 } }
    await store.tx((tx) => tx.projects.update(project.id, { settings }))
    const id = await beginCopy(deps, caller, { ...journey, includeVersions: false })
    const runner = runnerOf(bulkJob(deps))
    runner.start()
    await expect.poll(async () => (await find(id))?.status).toBe('Partial success')
    await runner.stop(5000)
    expect(await find(id)).toMatchObject({ failures: [{ reason: 'STORAGE_LIMIT_EXCEEDED' }] })
    expect(await storageUsed(store.read, project.id)).toBe(50)
  })
})
