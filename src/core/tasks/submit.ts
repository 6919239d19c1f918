/**
 * Accepting a process request (tasks-api.md section 5): one transaction moves the task to TaskProcessing and enqueues
 * its job, so a task is never processing without a job nor processed twice. Refusals leave the task waiting.
 */
import { releaseBlobs } from '../blobs/release.ts'
import type { Caller } from '../caller.ts'
import { invalid } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import { reserveFiles } from './charge.ts'
import { processTaskKind, type TaskDeps } from './deps.ts'
import { needsKey, outputKeyCheck } from './encryption.ts'
import { lockWaitingTask } from './find.ts'
import { cleanName } from './naming.ts'
import type { TaskInput, TaskJobParams } from './params.ts'
import type { Task, TaskFile } from './records.ts'

export interface Submission {
  id: string
  params: TaskJobParams
  customInt: number | null
  customString: string | null
}

/**
 * The job is claimed by this node for a synchronous request and when a key is in play, which this node alone has; it is
 * left to any worker otherwise.
 * @throws DomainError not_found and conflict with param `task`, quota_exceeded with param `files`, invalid: a missing
 * stamp, another key than the files'
 */
export async function submitTask(
  deps: TaskDeps,
  caller: Caller,
  { id, params, ...custom }: Submission,
): Promise<{ task: Task; job: Job; runsHere: boolean }> {
  const synchronous = params.webhook === undefined
  const submitted = await deps.store.tx(async (tx) => {
    const [waiting, files] = await Promise.all([lockWaitingTask(tx, caller.project.id, id), tx.tasks.files(id)])
    const keyCheck = outputKeyCheck(deps, waiting, caller.fileKey)
    const known = new Map(files.map((file) => [file.serverFilename, file]))
    checkStamps(params, known)
    const named = { ...params, files: params.files.map((file) => sealed(deps, withName(file, known))) }
    const now = deps.clock.now()
    await reserveFiles(deps, tx, caller, waiting.tool, params.files.length, now)
    // What an earlier try left that ended in WrongPassword.
    await releaseBlobs(tx, deps.clock, caller.project.id, await tx.tasks.deleteResults(id))
    const task = await tx.tasks.transition(id, ['TaskWaiting'], {
      ...custom,
      status: 'TaskProcessing',
      params: named,
      outputKeyCheck: keyCheck,
      processStart: now,
      fileNumber: params.files.length,
      filesize: params.files.reduce((sum, { serverFilename }) => sum + (known.get(serverFilename)?.size ?? 0), 0),
      updated: now,
      expires: now + deps.lifetimeMs,
    })
    if (task === undefined) throw invalid('task', 'The task changed while it was being submitted; look at its status.')
    const runsHere = synchronous || needsKey(task)
    const job = await tx.jobs.enqueue({
      kind: processTaskKind,
      lane: synchronous ? 'interactive' : 'batch',
      project: task.project,
      subject: id,
      ...(runsHere ? { claimedBy: { worker: deps.worker, leaseMs: deps.leaseMs } } : {}),
    })
    return { task, job, runsHere }
  })
  if (caller.fileKey !== undefined) deps.fileKeys.hold(submitted.job.id, caller.fileKey)
  return submitted
}

/** The request's name for a file, else the one it was uploaded under. */
function withName(file: TaskInput, known: Map<string, TaskFile>): TaskInput {
  const uploaded = known.get(file.serverFilename)?.filename ?? file.serverFilename
  return { ...file, filename: cleanName(file.filename, uploaded) }
}

function sealed({ sealer }: TaskDeps, { password, ...file }: TaskInput): TaskInput {
  return password === undefined ? file : { ...file, password: sealer.seal(password) }
}

/** A stamp must be there before work begins; a missing input is that file's own failure (ServerFileNotFound). */
function checkStamps({ tool }: TaskJobParams, known: Map<string, TaskFile>): void {
  if (tool.tool !== 'watermarkimage') return
  for (const [index, element] of tool.elements.entries()) {
    if (element.type === 'image' && !known.has(element.image ?? '')) {
      throw invalid(
        `elements[${index}].image`,
        `Element ${index}: no uploaded file of this task is named "${element.image}"; upload the stamp to the task first.`,
      )
    }
  }
}
