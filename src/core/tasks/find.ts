/** Looking tasks up: another project's ids and ids that never were look the same. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import type { TaskDeps } from './deps.ts'
import type { Task, TaskFile, TaskFilter, TaskResult } from './records.ts'

export interface TaskDetail {
  task: Task
  /** Read only while some of them have no result. */
  files: TaskFile[]
  results: TaskResult[]
}

export function unknownTask(): DomainError {
  return new DomainError(
    'not_found',
    'No task has this id; it may have been deleted or have expired. Start a new one.',
    {
      param: 'task',
    },
  )
}

/** @throws DomainError `not_found` with param `task` */
export async function findTask(deps: TaskDeps, caller: Caller, id: string): Promise<TaskDetail> {
  const { tasks } = deps.store.read
  // Asked for together, and thrown away when the task is another project's.
  const [task, results] = await Promise.all([tasks.find(caller.project.id, id), tasks.results(id)])
  if (task === undefined) throw unknownTask()
  return withFiles(deps.store.read, task, results)
}

/** @throws DomainError `not_found` with param `task` */
export async function requireTask(deps: TaskDeps, caller: Caller, id: string): Promise<Task> {
  const task = await deps.store.read.tasks.find(caller.project.id, id)
  if (task === undefined) throw unknownTask()
  return task
}

/** The files only when something is left to say of them. */
export async function detailOf(repositories: Repositories, task: Task): Promise<TaskDetail> {
  return withFiles(repositories, task, task.params === null ? [] : await repositories.tasks.results(task.id))
}

async function withFiles({ tasks }: Repositories, task: Task, results: TaskResult[]): Promise<TaskDetail> {
  const pending = task.params === null || results.length < task.fileNumber
  const files = pending ? await tasks.files(task.id) : []
  return { task, files, results }
}

/** Newest first, 50 a page; `page` from 1 (tasks-api.md section 8.2). */
export function listTasks(deps: TaskDeps, caller: Caller, filter: TaskFilter, page: number): Promise<Task[]> {
  return deps.store.read.tasks.list(caller.project.id, filter, page, 50)
}

/** The task, locked and open for uploads; anything else is refused in words that say what to do. */
export async function lockWaitingTask(tx: Repositories, project: string, id: string): Promise<Task> {
  const task = await tx.tasks.lock(project, id)
  if (task === undefined) throw unknownTask()
  if (task.status === 'TaskWaiting') return task
  throw new DomainError(
    'conflict',
    task.status === 'TaskProcessing'
      ? 'The task is being processed (TaskProcessing); wait until it is done.'
      : `The task is already processed (${task.status}); start or connect a new one.`,
    { param: 'task' },
  )
}
