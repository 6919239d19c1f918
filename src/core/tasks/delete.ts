/** Deleting an upload, and a task with everything under it (tasks-api.md sections 4.3 and 8.3). */
import { releaseBlobs } from '../blobs/release.ts'
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { settleFiles } from './charge.ts'
import { processTaskKind, type TaskDeps } from './deps.ts'
import { detailOf, lockWaitingTask, type TaskDetail, unknownTask } from './find.ts'
import { closeIfEmpty } from './open.ts'

/** @throws DomainError not_found with param `task` or `server_filename`, conflict */
export async function deleteUpload(
  deps: TaskDeps,
  caller: Caller,
  task: string,
  serverFilename: string,
): Promise<void> {
  await deps.store.tx(async (tx) => {
    const waiting = await lockWaitingTask(tx, caller.project.id, task)
    const file = await tx.tasks.deleteFile(task, serverFilename)
    if (file === undefined) {
      throw new DomainError('not_found', 'The task has no file of this name.', { param: 'server_filename' })
    }
    await closeIfEmpty(tx, waiting)
    await releaseBlobs(tx, deps.clock, caller.project.id, [file.blob])
    // An empty task is free to take another key.
    if (waiting.fileKeyCheck !== null && (await isEmpty(tx, task)))
      await tx.tasks.transition(task, ['TaskWaiting'], { fileKeyCheck: null })
  })
}

const isEmpty = async ({ tasks }: Repositories, task: string) =>
  (await tasks.files(task)).length === 0 && (await tasks.chunks(task)).length === 0

/** The task as it was; a running one is cancelled first. @throws DomainError not_found with param `task` */
export async function deleteTask(deps: TaskDeps, caller: Caller, id: string): Promise<TaskDetail> {
  const detail = await deps.store.tx(async (tx) => {
    const task = await tx.tasks.lock(caller.project.id, id)
    if (task === undefined) throw unknownTask()
    // First: a result that is being committed is seen below, and none comes after.
    await tx.jobs.cancel(processTaskKind, id)
    const whole = await detailOf(tx, task)
    await releaseBlobs(tx, deps.clock, caller.project.id, await tx.tasks.delete(id))
    if (task.status === 'TaskProcessing') await settleFiles(tx, task, whole.results)
    return whole
  })
  deps.abortJob(processTaskKind, id)
  return detail
}
