/** Starting a task (tasks-api.md section 3). A started task without uploads is not open and counts for nothing. */
import type { Caller } from '../caller.ts'
import { taskId } from '../ids.ts'
import type { TaskDeps } from './deps.ts'
import type { Task, Tool } from './records.ts'

export async function startTask(deps: TaskDeps, caller: Caller, tool: Tool): Promise<Task> {
  const task = newTask(caller.project.id, tool, deps)
  await deps.store.tx((tx) => tx.tasks.insert(task))
  return task
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
    created: now,
    updated: now,
    expires: now + lifetimeMs,
  }
}
