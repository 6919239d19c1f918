/** Handler of the job that processes a task. */
import { processTaskKind, type TaskDeps } from '../core/tasks/deps.ts'
import { giveUpTask } from '../core/tasks/finish.ts'
import { runTask } from '../core/tasks/run.ts'
import type { Handler } from './runner.ts'

export function processTask(deps: TaskDeps): Handler {
  return {
    kind: processTaskKind,
    backoffMs: [1000, 5000, 30_000],
    run: (job, signal) => runTask(deps, job, signal),
    giveUp: (job) => giveUpTask(deps, job),
  }
}
