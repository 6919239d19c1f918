/** What processing costs of the month's files (tasks-api.md section 12): reserved at submit, settled at the task's end. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { Repositories } from '../ports.ts'
import { fileUsage, monthlyFiles, nextMonth, takeFiles } from '../usage/files.ts'
import type { TaskDeps } from './deps.ts'
import type { Task, TaskResult, Tool } from './records.ts'

/** Files of the quota that one input costs; each input of a joint output (gif_animation) is one of its own. */
function costOf(tool: Tool): number {
  return tool === 'upscaleimage' || tool === 'removebackgroundimage' ? 2 : 1
}

/**
 * Counts all files of a request that is being accepted. The month is that of `now`, which must become `processStart`.
 * @throws DomainError quota_exceeded with param `files`
 */
export async function reserveFiles(
  { limited }: TaskDeps,
  tx: Repositories,
  { project }: Caller,
  tool: Tool,
  files: number,
  now: number,
): Promise<void> {
  const quota = monthlyFiles(limited, project)
  const left = await takeFiles(tx, fileUsage(project.id, now), files * costOf(tool), quota)
  if (left === undefined) return
  const each = costOf(tool) === 1 ? '' : ` (${costOf(tool)} for each)`
  throw new DomainError(
    'quota_exceeded',
    `The request needs ${files * costOf(tool)} of this month's ${quota} files${each}, and ${left} are left; name fewer files, wait until ${nextMonth(now)} (UTC), or ask the operator for more.`,
    { param: 'files' },
  )
}

/**
 * Gives back what the task did not use: every input that did not succeed; all of them with `charged` false (a missing
 * password: the same task will be processed again). To be called in the one transaction that takes the task out of
 * TaskProcessing.
 */
export async function settleFiles(
  tx: Repositories,
  { project, tool, params, processStart }: Task,
  results: readonly TaskResult[],
  charged = true,
): Promise<void> {
  if (params === null || processStart === null) return
  const succeeded = results.filter(({ status }) => status === 'FileSuccess').length
  const unused = params.files.length - (charged ? succeeded : 0)
  if (unused > 0) await tx.usage.giveBack(fileUsage(project, processStart), unused * costOf(tool))
}
