/** What a task costs, in every way it can end; on a real database. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../adapters/database/sqlite/open.ts'
import { aFile, aKey, aProject, aResult, aTask, createTestClock } from '../../adapters/database/test-records.ts'
import type { Caller } from '../caller.ts'
import type { Job } from '../jobs/records.ts'
import type { MetadataStore } from '../ports.ts'
import { filesLeft, fileUsage, monthOf, nextMonth } from '../usage/files.ts'
import { reserveFiles, settleFiles } from './charge.ts'
import { deleteTask } from './delete.ts'
import type { TaskDeps } from './deps.ts'
import { finishTask, giveUpTask } from './finish.ts'
import type { FileStatus, Tool } from './records.ts'
import { submitTask } from './submit.ts'

const clock = createTestClock(Date.UTC(2026, 0, 31, 23, 59, 59))
let folder: string
let store: MetadataStore
let deps: TaskDeps

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagestead-charge-'))
  store = await openSqlite({ path: folder, clock })
  await store.migrate()
  // What submitting, finishing and deleting use of them.
  deps = { store, clock, limited: true, lifetimeMs: 7_200_000, worker: 'w', leaseMs: 15_000, abortJob() {} } as never
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

/** A project of `monthlyFiles`, and a task of it that was submitted with three files. */
async function submitted(monthlyFiles: number, tool: Tool = 'rotateimage') {
  const project = aProject()
  project.settings.limits.monthlyFiles = monthlyFiles
  const caller: Caller = { project, key: aKey(), requestId: 'r', signal: new AbortController().signal }
  const record = aTask({ project: project.id, tool })
  const files = [1, 2, 3].map(() => aFile(record.id, { project: project.id }))
  await store.tx(async (tx) => {
    await tx.projects.insert(project)
    await tx.tasks.insert(record)
    for (const file of files) await tx.tasks.insertFile(file)
  })
  const submit = () =>
    submitTask(deps, caller, {
      id: record.id,
      customInt: null,
      customString: null,
      params: {
        files: files.map(({ serverFilename }) => ({ serverFilename, filename: '', rotate: 0 })),
        ignoreErrors: true,
        tryRepair: true,
        outputFilename: null,
        packagedFilename: 'output',
        server: 'localhost',
        tool: { tool: 'rotateimage' },
      },
    })
  const { task, job } = await submit()
  const results = async (...statuses: FileStatus[]) => {
    const made = statuses.map((status, position) => aResult(task.id, { position, status }))
    await store.tx(async (tx) => {
      for (const result of made) await tx.tasks.putResult(result)
    })
    return made
  }
  const used = (now = clock.now()) => store.read.usage.read(fileUsage(project.id, now))
  return { project, caller, task, job, submit, results, used }
}

describe('a task', () => {
  it('reserves all its files at submit and is charged for those that succeeded', async () => {
    const { project, task, job, results, used } = await submitted(10)
    expect(await used()).toBe(3)
    expect(await filesLeft(deps, project)).toBe(7)
    await results('FileSuccess', 'DamagedFile', 'TimeOut')
    await finishTask(deps, task, job)
    expect(await used()).toBe(1)
  })

  it('is charged once when its job was taken over', async () => {
    const { task, job, results, used } = await submitted(10)
    await results('FileSuccess', 'FileSuccess', 'DamagedFile')
    clock.advance(20_000)
    const claim = { worker: 'other', leaseMs: 15_000, lane: 'interactive' as const, kinds: [job.kind] }
    const retaken = (await store.tx((tx) => tx.jobs.claim(claim))) as Job
    expect(retaken.id).toBe(job.id)
    await expect(finishTask(deps, task, job)).rejects.toMatchObject({ code: 'fenced' })
    expect(await used(task.processStart ?? 0)).toBe(3)
    await finishTask(deps, task, retaken)
    expect(await used(task.processStart ?? 0)).toBe(2)
    await expect(finishTask(deps, task, retaken)).rejects.toMatchObject({ code: 'fenced' })
    expect(await used(task.processStart ?? 0)).toBe(2)
  })

  it('that is given up, or deleted at work, is charged for what was done', async () => {
    const given = await submitted(10)
    await given.results('FileSuccess')
    await giveUpTask(deps, given.job)
    expect(await given.used()).toBe(1)
    const deleted = await submitted(10)
    await deleted.results('FileSuccess', 'FileSuccess')
    await deleteTask(deps, deleted.caller, deleted.task.id)
    expect(await deleted.used()).toBe(2)
    await given.results('FileSuccess')
    await deleteTask(deps, given.caller, given.task.id)
    expect(await given.used()).toBe(1)
  })

  it('that waits for a password is charged nothing, even for files that succeeded', async () => {
    const { task, results, used } = await submitted(10)
    const made = await results('FileSuccess', 'WrongPassword', 'DamagedFile')
    await store.tx((tx) => settleFiles(tx, task, made, false))
    expect(await used()).toBe(0)
  })

  it('costs two files each where the tool does', async () => {
    for (const tool of ['upscaleimage', 'removebackgroundimage'] as const) {
      const { task, job, results, used } = await submitted(6, tool)
      expect(await used()).toBe(6)
      await results('FileSuccess', 'DamagedFile', 'FileSuccess')
      await finishTask(deps, task, job)
      expect(await used()).toBe(4)
      await expect(submitted(5, tool)).rejects.toMatchObject({
        code: 'quota_exceeded',
        param: 'files',
        message: expect.stringMatching(/needs 6 of this month's 5 files \(2 for each\), and 5 are left/),
      })
    }
  })

  it('counts in the month in which it was submitted', async () => {
    const { task, job, results, used, caller } = await submitted(4)
    const january = clock.now()
    clock.advance(40 * 86_400_000)
    await results('FileSuccess', 'DamagedFile', 'FileSuccess')
    await finishTask(deps, task, job)
    expect(await used(january)).toBe(2)
    expect(await used()).toBe(0)
    await store.tx((tx) => reserveFiles(deps, tx, caller, 'rotateimage', 4, clock.now()))
    expect(await used()).toBe(4)
  })
})

describe('months', () => {
  it('are those of the UTC calendar', () => {
    expect(monthOf(Date.UTC(2026, 1, 28, 23, 59, 59, 999))).toBe(Date.UTC(2026, 1, 1))
    expect(monthOf(Date.UTC(2026, 2, 1))).toBe(Date.UTC(2026, 2, 1))
    expect(nextMonth(Date.UTC(2026, 11, 31))).toBe('2027-01-01')
  })
})
