/** The end of a process request: the task's final status and sums, in one transaction with the job's completion. */
import { releaseBlobs } from '../blobs/release.ts'
import { DomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { Repositories } from '../ports.ts'
import { settleFiles } from './charge.ts'
import type { TaskDeps } from './deps.ts'
import { packageName, uniqueNames } from './naming.ts'
import type { TaskJobParams } from './params.ts'
import type { Task, TaskOutput, TaskResult, TaskStatus } from './records.ts'
import { dateOf } from './run.ts'
import { tellTaskEnd } from './tell-end.ts'

export async function finishTask(deps: TaskDeps, task: Task, job: Job): Promise<void> {
  await deps.store.tx(async (tx) => {
    const [results, outputs] = await Promise.all([tx.tasks.results(task.id), tx.tasks.outputs(task.id)])
    const status = finalStatus(task.params?.ignoreErrors ?? true, results)
    await settle(deps, tx, task, { status, results, outputs })
    if (!(await tx.jobs.complete(job)))
      throw new DomainError('fenced', 'The task was cancelled or taken over by another worker.')
  })
}

/** Every try failed: files without a result get UnknownError with the message, the task TaskError. Completes the job. */
export async function giveUpTask(
  deps: TaskDeps,
  job: Job,
  message = 'The server could not process this file; try again in a new task.',
): Promise<void> {
  await deps.store.tx(async (tx) => {
    const task = await tx.tasks.lock(job.project ?? '', job.subject)
    if (task?.status === 'TaskProcessing' && task.params !== null) {
      const results = await tx.tasks.results(task.id)
      const done = new Set(results.map(({ position }) => position))
      for (const [position, input] of task.params.files.entries()) {
        if (done.has(position)) continue
        const result: TaskResult = {
          task: task.id,
          position,
          serverFilename: input.serverFilename,
          filename: input.filename,
          status: 'UnknownError',
          message,
          timerMs: 0,
          filesize: 0,
          outputFilesize: 0,
        }
        await tx.tasks.putResult(result)
        results.push(result)
      }
      await settle(deps, tx, task, { status: 'TaskError', results, outputs: await tx.tasks.outputs(task.id) })
    }
    await tx.jobs.complete(job)
  })
}

/** "if some files fail: success with warnings; if all fail ignore_errors has no effect" (section 5.1). */
function finalStatus(ignoreErrors: boolean, results: TaskResult[]): TaskStatus {
  const failed = results.filter(({ status }) => status !== 'FileSuccess').length
  if (failed === 0) return 'TaskSuccess'
  return ignoreErrors && failed < results.length ? 'TaskSuccessWithWarnings' : 'TaskError'
}

interface Ending {
  status: TaskStatus
  results: TaskResult[]
  outputs: TaskOutput[]
}

/** "any WrongPassword without a success: the task stays TaskWaiting and open" (section 5.3); otherwise it ends. */
async function settle(deps: TaskDeps, tx: Repositories, task: Task, ending: Ending): Promise<void> {
  const wrongPassword = ending.results.some(({ status }) => status === 'WrongPassword')
  await (ending.status === 'TaskError' && wrongPassword
    ? reopen(deps, tx, task, ending.results)
    : close(deps, tx, task, ending))
}

/** Back to waiting for a request with the right password. The results stay for the answer, until the next request. */
async function reopen(deps: TaskDeps, tx: Repositories, task: Task, results: TaskResult[]): Promise<void> {
  const now = deps.clock.now()
  await releaseBlobs(tx, deps.clock, task.project, await tx.tasks.deleteOutputs(task.id))
  const reopened = await tx.tasks.transition(task.id, ['TaskProcessing'], {
    status: 'TaskWaiting',
    params: null,
    processStart: null,
    filesize: 0,
    fileNumber: 0,
    updated: now,
    expires: now + deps.lifetimeMs,
  })
  if (reopened === undefined) return
  await settleFiles(tx, task, [], false)
  await tellTaskEnd(deps, tx, { task: { ...reopened, params: task.params }, results })
}

/** Passwords are not kept longer than the work takes. */
function withoutPasswords(params: TaskJobParams): TaskJobParams {
  return { ...params, files: params.files.map(({ password: _password, ...file }) => file) }
}

async function close(
  deps: TaskDeps,
  tx: Repositories,
  task: Task,
  { status, results, outputs }: Ending,
): Promise<void> {
  const now = deps.clock.now()
  const ended = await tx.tasks.transition(task.id, ['TaskProcessing'], {
    status,
    ...(task.params === null ? {} : { params: withoutPasswords(task.params) }),
    timerMs: now - (task.processStart ?? now),
    filesize: results.reduce((sum, { filesize }) => sum + filesize, 0),
    outputFilesize: outputs.reduce((sum, { size }) => sum + size, 0),
    outputFilenumber: outputs.length,
    outputExtensions: [...new Set(outputs.map(({ format }) => format))],
    downloadFilename: status === 'TaskError' ? '' : downloadName(task, outputs, now),
    open: false,
    updated: now,
    expires: now + deps.lifetimeMs,
  })
  if (ended === undefined) return
  await tellTaskEnd(deps, tx, { task: ended, results })
  await settleFiles(tx, ended, results)
}

/** One output is downloaded under its own name, several as a ZIP. */
function downloadName(task: Task, outputs: TaskOutput[], now: number): string {
  const [only] = outputs
  if (outputs.length === 1 && only !== undefined) return uniqueNames([only.filename])[0] ?? only.filename
  const params = task.params
  const filename = params?.files[0]?.filename ?? 'output'
  return packageName(params?.packagedFilename ?? 'output', {
    date: dateOf(now),
    n: params?.files.length ?? 0,
    filename,
    tool: task.tool,
  })
}
