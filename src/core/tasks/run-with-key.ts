/**
 * Jobs of encrypted tasks (tasks-api.md section 11). The caller's key is in the memory of the node that took the request,
 * for this one run, and nowhere else: "never log or persist the key" leaves no room for a copy in the job, sealed or not.
 * So a run is not repeated elsewhere: it repeats itself here, and when it cannot go on the task is handed back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { releaseBlobs } from '../blobs/release.ts'
import { DomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { FileKey } from '../keys/file-key.ts'
import { settleFiles } from './charge.ts'
import type { TaskDeps } from './deps.ts'
import { giveUpTask } from './finish.ts'
import type { Task } from './records.ts'

interface Run {
  deps: TaskDeps
  task: Task
  job: Job
  signal: AbortSignal
  key: FileKey | undefined
}

/** Before the second, third … try of a background task, for which nobody waits on the line. */
const backoffMs = [1000, 5000, 30_000]

/** Runs `work`, which needs the key. @throws what the last try threw; by then the task is handed back */
export async function runWithKey({ deps, task, job, signal, key }: Run, work: () => Promise<void>): Promise<void> {
  // A job taken over from a node that went away, its key with it.
  if (key === undefined) return await handBack(deps, task, job)
  const pauses = task.params?.webhook === undefined ? [] : backoffMs
  for (let failures = 0; ; failures += 1) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof DomainError && error.code === 'fenced') throw error
      const pause = pauses[failures]
      if (pause === undefined || signal.aborted) {
        await handBack(deps, task, job)
        throw error
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined)
    }
  }
}

/**
 * Ends the job without its result. A synchronous task waits again with its files: the client, told by an error or by a
 * broken connection, sends the process request once more. A background task fails, and its webhook says so.
 */
async function handBack(deps: TaskDeps, task: Task, job: Job): Promise<void> {
  const message = 'Processing was interrupted, and the key of these encrypted files was kept in memory only.'
  if (task.params?.webhook !== undefined) {
    if (!(await deps.store.tx((tx) => tx.jobs.holds(job)))) throw fenced()
    return await giveUpTask(deps, job, `${message} Upload and process them again in a new task.`)
  }
  await deps.store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) throw fenced()
    const current = await tx.tasks.lock(task.project, task.id)
    if (current?.status !== 'TaskProcessing') return
    await releaseBlobs(tx, deps.clock, task.project, await tx.tasks.deleteResults(task.id))
    await settleFiles(tx, current, [], false)
    const now = deps.clock.now()
    await tx.tasks.transition(task.id, ['TaskProcessing'], {
      status: 'TaskWaiting',
      params: null,
      processStart: null,
      fileNumber: 0,
      filesize: 0,
      outputKeyCheck: null,
      updated: now,
      expires: now + deps.lifetimeMs,
    })
  })
}

const fenced = () => new DomainError('fenced', 'The task was cancelled or taken over by another worker.')
