/** Starting a task (tasks-api.md section 3). A started task without uploads is not open and counts for nothing. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import { taskId } from '../ids.ts'
import { filesLeft, monthlyFiles, nextMonth } from '../usage/files.ts'
import type { TaskDeps } from './deps.ts'
import type { Task, Tool } from './records.ts'

/** The task, and how many of the month's files are left. @throws DomainError quota_exceeded when none is */
export async function startTask(
  deps: TaskDeps,
  { project }: Caller,
  tool: Tool,
): Promise<{ task: Task; filesLeft: number }> {
  const left = await filesLeft(deps, project)
  if (left === 0) {
    throw new DomainError(
      'quota_exceeded',
      `All files of this month (${monthlyFiles(deps.limited, project)}) are used up; wait until ${nextMonth(deps.clock.now())} (UTC), or ask the operator for more.`,
    )
  }
  const task = newTask(project.id, tool, deps)
  await deps.store.tx((tx) => tx.tasks.insert(task))
  return { task, filesLeft: left }
}

export function newTask(
  project: string,
  tool: Tool,
  { clock, lifetimeMs }: Pick<TaskDeps, 'clock' | 'lifetimeMs'>,
): Task {
  const now = clock.now()
  return {
    id: taskId(),
    project,
    tool,
    status: 'TaskWaiting',
    params: null,
    customInt: null,
    customString: null,
    processStart: null,
    timerMs: 0,
    filesize: 0,
    outputFilesize: 0,
    outputFilenumber: 0,
    outputExtensions: [],
    fileKeyCheck: null,
    outputKeyCheck: null,
    downloadFilename: '',
    fileNumber: 0,
    open: false,
    created: now,
    updated: now,
    expires: now + lifetimeMs,
  }
}
