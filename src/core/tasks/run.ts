/**
 * The job that processes a task. Finished files are committed one by one under the job's fence, so a retaken job goes on
 * where the last one stopped, and a node that was paused changes nothing when it wakes.
 */

import { DomainError, toDomainError } from '../errors.ts'
import { blobKey } from '../ids.ts'
import { forEachAtOnce } from '../jobs/at-once.ts'
import type { Job } from '../jobs/records.ts'
import type { EngineResult, LocalFile, Repositories } from '../ports.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { TaskDeps } from './deps.ts'
import { finishTask } from './finish.ts'
import { outputName } from './naming.ts'
import { type PlannedRun, planRuns, withoutPositions } from './plan.ts'
import type { FileStatus, Task, TaskFile, TaskResult } from './records.ts'

/** @throws DomainError fenced, cancelled; unavailable and storage_full when a retry later may help */
export async function runTask(deps: TaskDeps, job: Job, signal: AbortSignal): Promise<void> {
  const task = await deps.store.read.tasks.find(job.project ?? '', job.subject)
  if (task?.params === undefined || task.params === null || task.status !== 'TaskProcessing') {
    await deps.store.tx((tx) => tx.jobs.complete(job))
    return
  }
  const project = await deps.store.read.projects.find(task.project)
  const deadlineMs = project?.settings.tasks.fileDeadlineMs ?? deps.fileDeadlineMs
  const files = new Map((await deps.store.read.tasks.files(task.id)).map((file) => [file.serverFilename, file]))
  const done = new Set((await deps.store.read.tasks.results(task.id)).map(({ position }) => position))
  const runs = planRuns(task.params).flatMap((run) => withoutPositions(run, done) ?? [])
  await forEachAtOnce(runs, deps.filesAtOnce, (run) => processRun({ deps, task, job, files, deadlineMs, signal }, run))
  await finishTask(deps, task, job)
}

interface RunContext {
  deps: TaskDeps
  task: Task
  job: Job
  files: Map<string, TaskFile>
  /** For one file; a run over several has as many times that. */
  deadlineMs: number
  signal: AbortSignal
}

/** What one engine run made; `blob` is the output's, already durable (the input's own when it came back unchanged). */
interface Made {
  result: EngineResult
  blob: string
}

/** One run to its end. A run over several files that fails by one of them goes on without it. */
async function processRun(context: RunContext, planned: PlannedRun): Promise<void> {
  const { deps, job } = context
  for (let run: PlannedRun | undefined = planned; run !== undefined; ) {
    const started = performance.now()
    try {
      const [current, made] = [run, await make(context, run)]
      await deps.store.tx(async (tx) => {
        await fence(tx, job)
        await recordSuccess(context, tx, current, made, performance.now() - started)
      })
      return
    } catch (error) {
      const failure = toDomainError(error)
      const status = fileStatus(failure)
      if (status === undefined) throw error
      const faulty = faultyPositions(run, failure)
      const timerMs = Math.round(performance.now() - started)
      await deps.store.tx(async (tx) => {
        await fence(tx, job)
        for (const position of faulty) {
          const outcome = { status, message: failure.message, timerMs, outputFilesize: 0 }
          await tx.tasks.putResult(resultOf(context, position, outcome))
        }
      })
      run = withoutPositions(run, new Set(faulty))
    }
  }
}

/** The places whose source is at fault; all of the run when that is not known. */
function faultyPositions({ positions }: PlannedRun, { param }: DomainError): number[] {
  const index = /^sources\[(\d+)\]$/.exec(param ?? '')?.[1]
  const position = positions.length > 1 && index !== undefined ? positions[Number(index)] : undefined
  return position === undefined ? positions : [position]
}

async function make({ deps, task, files, deadlineMs, signal }: RunContext, run: PlannedRun): Promise<Made> {
  const opened: LocalFile[] = []
  try {
    for (const [index, name] of run.sources.entries()) {
      const file = files.get(name)
      if (file === undefined) {
        const message = `The task has no file named ${name}; upload it first.`
        throw new DomainError('not_found', message, { param: `sources[${index}]` })
      }
      opened.push(await deps.blobs.localFile(file.blob, signal))
    }
    const sink = { path: deps.blobs.workFile() }
    const result = await deps.engine.run(
      {
        sources: opened.map(({ path }) => ({ path })),
        operations: run.operations,
        output: run.output,
        tolerant: task.params?.tryRepair ?? true,
      },
      sink,
      {
        lane: task.params?.webhook === undefined ? 'interactive' : 'batch',
        deadlineMs: deadlineMs * run.positions.length,
        signal,
        sheds: false,
      },
    )
    if (result.unchanged) return { result, blob: files.get(run.sources[0] ?? '')?.blob ?? '' }
    const blob = blobKey(task.project)
    await deps.blobs.adopt(sink.path, blob, { size: result.size, sha256: result.sha256, crc32: result.crc32 })
    return { result, blob }
  } finally {
    for (const file of opened) file.release()
  }
}

async function recordSuccess(
  context: RunContext,
  tx: Repositories,
  run: PlannedRun,
  made: Made,
  ms: number,
): Promise<void> {
  const { deps, task } = context
  const { result, blob } = made
  const position = run.positions[0] ?? 0
  const input = task.params?.files[position]
  if (task.params === null || input === undefined) return
  let facts = { size: result.size, sha256: result.sha256, crc32: result.crc32 }
  if (result.unchanged) {
    const kept = await tx.blobs.find(blob)
    if (kept === undefined || !(await tx.blobs.retain(blob)))
      throw new DomainError('internal', 'The input vanished while it was processed.')
    facts = kept
  } else {
    const type = mediaTypes[result.format]
    await tx.blobs.insert({
      key: blob,
      project: task.project,
      ...facts,
      type,
      encryption: null,
      refs: 1,
      created: deps.clock.now(),
    })
  }
  const name = outputName(
    task.params.outputFilename,
    {
      date: dateOf(deps.clock.now()),
      n: position + 1,
      filename: input.filename,
      tool: task.tool,
    },
    result.format,
  )
  await tx.tasks.insertOutput({
    task: task.id,
    position,
    number: 0,
    blob,
    filename: name,
    size: facts.size,
    crc32: facts.crc32,
    format: result.format,
  })
  const message = noteOf(result)
  for (const covered of run.positions) {
    const outputFilesize = covered === position ? facts.size : 0
    await tx.tasks.putResult(
      resultOf(context, covered, { status: 'FileSuccess', message, timerMs: Math.round(ms), outputFilesize }),
    )
  }
}

/** What a person should know of a file that went well. */
function noteOf({ unchanged, repaired }: EngineResult): string {
  if (unchanged) return 'Already as small as we can make it; the original was kept.'
  return repaired ? 'The file was damaged; what could be read was used.' : ''
}

type Outcome = Pick<TaskResult, 'status' | 'message' | 'timerMs' | 'outputFilesize'>

function resultOf({ task, files }: RunContext, position: number, outcome: Outcome): TaskResult {
  const input = task.params?.files[position]
  const file = files.get(input?.serverFilename ?? '')
  return {
    task: task.id,
    position,
    serverFilename: input?.serverFilename ?? '',
    filename: input?.filename ?? '',
    filesize: file?.size ?? 0,
    ...outcome,
  }
}

/** Nothing may be written by a job that lost its lease. */
export async function fence(tx: Repositories, job: Job): Promise<void> {
  if (!(await tx.jobs.holds(job)))
    throw new DomainError('fenced', 'The task was cancelled or taken over by another worker.')
}

/** The file's own failure; undefined when the whole job must stop (and may be tried again). */
function fileStatus({ code }: DomainError): FileStatus | undefined {
  switch (code) {
    case 'fenced':
    case 'cancelled':
    case 'unavailable':
    case 'storage_full':
      return undefined
    case 'not_found':
      return 'ServerFileNotFound'
    case 'damaged_image':
    case 'unsupported_format':
      return 'DamagedFile'
    case 'out_of_range':
      return 'OutOfRange'
    case 'timed_out':
      return 'TimeOut'
    case 'wrong_password':
      return 'WrongPassword'
    default:
      return 'UnknownError'
  }
}

export const dateOf = (now: number) => new Date(now).toISOString().slice(0, 10)
