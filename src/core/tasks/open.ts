/**
 * Open tasks (tasks-api.md section 12): a task is open from its first own upload (or the first part of one) until it is
 * processed, fails finally, is deleted, or its last upload is deleted. A project with a monthly quota may have only a
 * share of it open.
 */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { monthlyFiles } from '../usage/files.ts'
import type { TaskDeps } from './deps.ts'
import type { Task } from './records.ts'

/**
 * Lets the locked, waiting task get an upload; whoever adds it marks the task `open` in the same transaction.
 * @throws DomainError quota_exceeded with param `task`
 */
export async function admitUpload(deps: TaskDeps, tx: Repositories, { project }: Caller, task: Task): Promise<void> {
  const quota = monthlyFiles(deps.limited, project)
  if (task.open || quota === undefined) return
  const allowed = Math.max(1, Math.floor((quota * deps.openPercent) / 100))
  // One after the other: parallel first uploads would all see the same count.
  await tx.projects.lock(project.id)
  if ((await tx.tasks.countOpen(project.id)) < allowed) return
  throw new DomainError(
    'quota_exceeded',
    `No more tasks may be open at once than ${allowed} (${deps.openPercent} % of the month's ${quota} files); process or delete tasks that have uploads, then upload again.`,
    { param: 'task' },
  )
}

/** Closes the locked, waiting task when no upload of its own is left. */
export async function closeIfEmpty(tx: Repositories, task: Task): Promise<void> {
  if (!task.open || (await tx.tasks.holdsUploads(task.id))) return
  await tx.tasks.transition(task.id, ['TaskWaiting'], { open: false })
}
