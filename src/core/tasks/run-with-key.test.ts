import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aFile, anOutput, aResult, aTask } from '../../adapters/database/test-records.ts'
import { DomainError } from '../errors.ts'
import { fileKeyOf } from '../keys/file-key.ts'
import type { MetadataStore } from '../ports.ts'
import { processTaskKind, type TaskDeps } from './deps.ts'
import type { TaskJobParams } from './params.ts'
import { runWithKey } from './run-with-key.ts'

let folder: string
let store: MetadataStore
let deps: TaskDeps
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-with-key-'))
  store = await openSqlite({ path: folder, clock: Date })
  await store.migrate()
  // All that ending a job touches.
  deps = { store, clock: Date, lifetimeMs: 60_000 } as unknown as TaskDeps
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const key = fileKeyOf('sixteen letters!')
const unavailable = () => new DomainError('unavailable', 'The file storage does not answer.')

/** A task in processing with one of its two files done, and its claimed job. */
async function running(webhook?: string) {
  const input = { serverFilename: 'a.png', filename: 'a.png', rotate: 0 } as const
  const params: TaskJobParams = {
    files: [input, { ...input, serverFilename: 'b.png' }],
    ignoreErrors: true,
    tryRepair: true,
    outputFilename: null,
    packagedFilename: 'output',
    server: 'here',
    tool: { tool: 'rotateimage' },
    ...(webhook === undefined ? {} : { webhook }),
  }
  const task = aTask({
    status: 'TaskProcessing',
    params,
    fileKeyCheck: 'check',
    outputKeyCheck: 'check',
    fileNumber: 2,
  })
  const job = await store.tx(async (tx) => {
    await tx.tasks.insert(task)
    await tx.tasks.insertFile(aFile(task.id))
    await tx.tasks.putResult(aResult(task.id))
    await tx.tasks.insertOutput(anOutput(task.id))
    const claimedBy = { worker: 'here', leaseMs: 60_000 }
    return tx.jobs.enqueue({ kind: processTaskKind, lane: 'batch', project: task.project, subject: task.id, claimedBy })
  })
  const { signal } = new AbortController()
  const now = async () => ({
    task: await store.read.tasks.find(task.project, task.id),
    files: await store.read.tasks.files(task.id),
    results: await store.read.tasks.results(task.id),
    outputs: await store.read.tasks.outputs(task.id),
    job: await store.read.jobs.find(job.id),
  })
  return { run: { deps, task, job, signal, key }, now }
}

it('a synchronous task that cannot go on waits again, with its files and without what was made of them', async () => {
  const { run, now } = await running()
  let tries = 0
  const work = async () => {
    tries += 1
    throw unavailable()
  }
  await expect(runWithKey(run, work)).rejects.toMatchObject({ code: 'unavailable' })
  expect(tries).toBe(1)
  const { task, files, results, outputs, job } = await now()
  expect(task).toMatchObject({ status: 'TaskWaiting', params: null, processStart: null, fileNumber: 0 })
  expect(task).toMatchObject({ fileKeyCheck: 'check', outputKeyCheck: null })
  expect([files.length, results, outputs, job]).toEqual([1, [], [], undefined])
})

it('a background task tries again by itself, where it has the key', async () => {
  const { run, now } = await running('')
  let tries = 0
  const work = async () => {
    tries += 1
    if (tries === 1) throw unavailable()
  }
  await runWithKey(run, work)
  expect(tries).toBe(2)
  expect((await now()).task?.status).toBe('TaskProcessing')
})

it('a background task that is stopped fails, and keeps what was done', async () => {
  const { run, now } = await running('')
  const stop = new AbortController()
  const work = async () => {
    stop.abort()
    throw new DomainError('cancelled', 'The server is stopping.')
  }
  await expect(runWithKey({ ...run, signal: stop.signal }, work)).rejects.toMatchObject({ code: 'cancelled' })
  const { task, results, job } = await now()
  expect(task?.status).toBe('TaskError')
  expect(results.map(({ status }) => status)).toEqual(['FileSuccess', 'UnknownError'])
  expect(results[1]?.message).toMatch(/memory only/)
  expect(job).toBeUndefined()
})

it('nothing is done without the key', async () => {
  const { run, now } = await running()
  await runWithKey({ ...run, key: undefined }, () => Promise.reject(new Error('it was tried')))
  expect((await now()).task?.status).toBe('TaskWaiting')
})

it.each([undefined, ''])('a job that another worker holds now changes nothing (webhook %j)', async (webhook) => {
  const { run, now } = await running(webhook)
  const stop = new AbortController()
  const lost = { ...run, job: { ...run.job, attempt: 7 }, signal: stop.signal }
  const work = async () => {
    stop.abort()
    throw unavailable()
  }
  await expect(runWithKey(lost, work)).rejects.toMatchObject({ code: 'fenced' })
  const fenced = async () => {
    throw new DomainError('fenced', 'taken over')
  }
  await expect(runWithKey(run, fenced)).rejects.toMatchObject({ code: 'fenced' })
  const { task, outputs, job } = await now()
  expect([task?.status, outputs.length, job?.status]).toEqual(['TaskProcessing', 1, 'running'])
})
