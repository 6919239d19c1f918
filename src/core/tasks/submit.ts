/**
 * Accepting a process request (tasks-api.md section 5): one transaction moves the task to TaskProcessing and enqueues
 * its job, so a task is never processing without a job nor processed twice. Refusals leave the task waiting.
 */
import { releaseBlobs } from '../blobs/release.ts'
import type { Caller } from '../caller.ts'
import { invalid } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import { processTaskKind, type TaskDeps } from './deps.ts'
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

/** The job is claimed by this node for a synchronous request and left to any worker otherwise. */
export async function submitTask(
  deps: TaskDeps,
  caller: Caller,
  { id, params, ...custom }: Submission,
): Promise<{ task: Task; job: Job }> {
  const synchronous = params.webhook === undefined
  return deps.store.tx(async (tx) => {
    await lockWaitingTask(tx, caller.project.id, id)
    const files = await tx.tasks.files(id)
    const known = new Map(files.map((file) => [file.serverFilename, file]))
    checkStamps(params, known)
    const named = { ...params, files: params.files.map((file) => sealed(deps, withName(file, known))) }
    const now = deps.clock.now()
    // What an earlier try left that ended in WrongPassword.
    await releaseBlobs(tx, deps.clock, caller.project.id, await tx.tasks.deleteResults(id))
    const task = await tx.tasks.transition(id, ['TaskWaiting'], {
      ...custom,
      status: 'TaskProcessing',
      params: named,
      processStart: now,
      fileNumber: params.files.length,
      filesize: params.files.reduce((sum, { serverFilename }) => sum + (known.get(serverFilename)?.size ?? 0), 0),
      updated: now,
      expires: now + deps.lifetimeMs,
    })
    if (task === undefined) throw invalid('task', 'The task changed while it was being submitted; look at its status.')
    const job = await tx.jobs.enqueue({
      kind: processTaskKind,
      lane: synchronous ? 'interactive' : 'batch',
      project: task.project,
      subject: id,
      ...(synchronous ? { claimedBy: { worker: deps.worker, leaseMs: deps.leaseMs } } : {}),
    })
    return { task, job }
  })
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
