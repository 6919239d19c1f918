/**
 * The job that processes a task. Finished files are committed one by one under the job's fence, so a retaken job goes on
 * where the last one stopped, and a node that was paused changes nothing when it wakes.
 */

import { releaseBlobs } from '../blobs/release.ts'
import { DomainError, toDomainError } from '../errors.ts'
import { forEachAtOnce } from '../jobs/at-once.ts'
import type { Job } from '../jobs/records.ts'
import type { FileKey } from '../keys/file-key.ts'
import type { EngineResult, Repositories, SourceOpening } from '../ports.ts'
import type { Model, ModelTask } from '../processing/model.ts'
import { mediaTypes } from '../processing/operations.ts'
import type { TaskDeps } from './deps.ts'
import { blobStreams, fileStreams, needsKey } from './encryption.ts'
import {
  copyContent,
  type SourceFile,
  type StoredOutput,
  sinkByPath,
  sinkByPipe,
  sourceByPath,
  sourceByPipe,
} from './engine-files.ts'
import { finishTask } from './finish.ts'
import { outputName } from './naming.ts'
import { type PlannedRun, planRuns, withoutPositions } from './plan.ts'
import type { FileStatus, Task, TaskFile, TaskResult } from './records.ts'
import { repairMessage } from './repair-message.ts'
import { runWithKey } from './run-with-key.ts'

/** @throws DomainError fenced, cancelled; unavailable and storage_full when a retry later may help */
export async function runTask(deps: TaskDeps, job: Job, signal: AbortSignal): Promise<void> {
  const key = deps.fileKeys.take(job.id)
  const task = await deps.store.read.tasks.find(job.project ?? '', job.subject)
  if (task?.params === undefined || task.params === null || task.status !== 'TaskProcessing') {
    await deps.store.tx((tx) => tx.jobs.complete(job))
    return
  }
  const work = () => workOn({ deps, task, job, signal, key })
  if (needsKey(task)) await runWithKey({ deps, task, job, signal, key }, work)
  else await work()
}

/** What is left to do of the task, to its end. */
async function workOn(running: Omit<RunContext, 'files' | 'deadlineMs' | 'pagesDone'>): Promise<void> {
  const { deps, task, job } = running
  const { projects, tasks } = deps.store.read
  const [project, uploads, results, outputs] = await Promise.all([
    projects.find(task.project),
    tasks.files(task.id),
    tasks.results(task.id),
    tasks.outputs(task.id),
  ])
  const slow = task.tool === 'repairimage' || task.tool === 'upscaleimage'
  const deadlineMs = project?.settings.tasks.fileDeadlineMs ?? (slow ? deps.repairDeadlineMs : deps.fileDeadlineMs)
  const files = new Map(uploads.map((file) => [file.serverFilename, file]))
  const done = new Set(results.map(({ position }) => position))
  const pagesDone = new Map<number, number>()
  for (const { position } of outputs) pagesDone.set(position, (pagesDone.get(position) ?? 0) + 1)
  const runs = task.params === null ? [] : planRuns(task.params)
  const left = runs.flatMap((run) => withoutPositions(run, done) ?? [])
  const context = { ...running, files, pagesDone, deadlineMs }
  await forEachAtOnce(left, deps.filesAtOnce, (run) => processRun(context, run))
  await finishTask(deps, task, job)
}

interface RunContext {
  deps: TaskDeps
  task: Task
  job: Job
  files: Map<string, TaskFile>
  /** Outputs that an earlier attempt committed, by place: pages of a PDF that was not finished. */
  pagesDone: ReadonlyMap<number, number>
  /** For one file, or one page of a PDF; a run over several has as many times that. */
  deadlineMs: number
  signal: AbortSignal
  /** The caller's, of an encrypted task. */
  key: FileKey | undefined
}

/** What one engine run made; the output is durable already. */
interface Made {
  result: EngineResult
  output: StoredOutput
}

/** One run to its end. A run over several files that fails by one of them goes on without it. */
async function processRun(context: RunContext, planned: PlannedRun): Promise<void> {
  const { deps, task, job } = context
  for (let run: PlannedRun | undefined = planned; run !== undefined; ) {
    const started = performance.now()
    try {
      await makePages(context, run, started)
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
          // Pages before the one that failed.
          await releaseBlobs(tx, deps.clock, task.project, await tx.tasks.deleteOutputs(task.id, position))
          const outcome = { status, message: failure.message, timerMs, outputFilesize: 0 }
          await tx.tasks.putResult(resultOf(context, position, outcome))
        }
      })
      run = withoutPositions(run, new Set(faulty))
    }
  }
}

/** One page after the other, each committed at once: memory stays that of a page. An image is its only page. */
async function makePages(context: RunContext, run: PlannedRun, started: number): Promise<void> {
  const { deps, job, pagesDone } = context
  let page = pagesDone.get(run.positions[0] ?? 0) ?? 0
  for (let pages = page + 1; page < pages; page += 1) {
    const made = await make(context, run, page)
    // An animation takes the first page of each.
    if (run.output.animation === undefined) pages = made.result.pages
    const place = { number: page, of: pages }
    await deps.store.tx(async (tx) => {
      await fence(tx, job)
      await recordOutput(context, tx, run, made, place)
      if (page + 1 >= pages) await recordSuccess(context, tx, run, made.result, performance.now() - started)
    })
  }
}

/** The places whose source is at fault; all of the run when that is not known. */
function faultyPositions({ positions }: PlannedRun, { param }: DomainError): number[] {
  const index = /^sources\[(\d+)\]$/.exec(param ?? '')?.[1]
  const position = positions.length > 1 && index !== undefined ? positions[Number(index)] : undefined
  return position === undefined ? positions : [position]
}

async function make(context: RunContext, run: PlannedRun, page: number): Promise<Made> {
  const { deps, task, files, deadlineMs, signal, key } = context
  const inputs = fileStreams(deps, task, key)
  const outputs = blobStreams(deps, key)
  const opened: SourceFile[] = []
  const sink = key === undefined ? sinkByPath(deps.blobs, task.project) : sinkByPipe(outputs, task.project, signal)
  try {
    for (const [index, name] of run.sources.entries()) {
      const file = files.get(name)
      if (file === undefined) {
        const message = `The task has no file named ${name}; upload it first.`
        throw new DomainError('not_found', message, { param: `sources[${index}]` })
      }
      const plain = inputs.encryption === null
      opened.push(plain ? await sourceByPath(deps.blobs, file.blob, signal) : sourceByPipe(inputs, file.blob, signal))
    }
    const result = await deps.engine.run(
      {
        sources: opened.map(({ source }, index) => ({ ...source, ...openingOf(context, run, index, page) })),
        operations: run.operations,
        output: run.output,
        models: await modelsFor(deps, run),
        tolerant: task.params?.tryRepair ?? true,
      },
      sink.sink,
      {
        lane: task.params?.webhook === undefined ? 'interactive' : 'batch',
        deadlineMs: deadlineMs * run.positions.length,
        signal,
        sheds: false,
      },
    )
    if (result.failures !== undefined) await deps.shelf.report(result.failures)
    if (!result.unchanged) return { result, output: await sink.keep(result) }
    await sink.discard()
    const input = files.get(run.sources[0] ?? '')
    if (input === undefined) throw new DomainError('internal', 'A run without a file came back unchanged.')
    if (inputs.encryption !== outputs.encryption) {
      const stored = await copyContent({ from: inputs, to: outputs, project: task.project, signal }, input.blob, result)
      return { result, output: stored }
    }
    return { result, output: { key: input.blob, size: input.size, crc32: result.crc32 } }
  } catch (error) {
    await sink.discard(error)
    throw error
  } finally {
    for (const file of opened) file.release()
  }
}

async function modelsFor({ shelf }: TaskDeps, { operations }: PlannedRun): Promise<readonly Model[]> {
  const { upscale, removeBackground } = operations
  const tasks: ModelTask[] = []
  if (upscale !== undefined) tasks.push('upscale')
  if (removeBackground === true) tasks.push('mask', 'detect', 'faces')
  return tasks.length === 0 ? [] : (await shelf.ready()).filter(({ task }) => tasks.includes(task))
}

/** Page and password of the run's n-th source; stamps have neither. */
function openingOf({ deps, task }: RunContext, run: PlannedRun, index: number, page: number): SourceOpening {
  const position = run.positions[index]
  const password = position === undefined ? undefined : task.params?.files[position]?.password
  return {
    ...(index === 0 && page > 0 ? { page } : {}),
    ...(password === undefined ? {} : { password: deps.sealer.unseal(password) }),
  }
}

async function recordOutput(
  context: RunContext,
  tx: Repositories,
  run: PlannedRun,
  made: Made,
  page: { number: number; of: number },
): Promise<void> {
  const { deps, task } = context
  const { result } = made
  const position = run.positions[0] ?? 0
  const input = task.params?.files[position]
  if (task.params === null || input === undefined) return
  const { key: blob, size, crc32 } = made.output
  const name = outputName(
    task.params.outputFilename,
    {
      date: dateOf(deps.clock.now()),
      n: position + 1,
      filename: input.filename,
      tool: task.tool,
    },
    result.format,
    { ...page, number: page.number + 1 },
  )
  const output = { task: task.id, position, number: page.number, blob, filename: name, size, crc32 }
  await Promise.all([refer(context, tx, made), tx.tasks.insertOutput({ ...output, format: result.format })])
}

async function recordSuccess(
  context: RunContext,
  tx: Repositories,
  run: PlannedRun,
  result: EngineResult,
  ms: number,
): Promise<void> {
  const message = noteOf(result)
  const [first] = run.positions
  const outputs = await tx.tasks.outputs(context.task.id, first)
  for (const covered of run.positions) {
    const outputFilesize = covered === first ? outputs.reduce((sum, { size }) => sum + size, 0) : 0
    await tx.tasks.putResult(
      resultOf(context, covered, { status: 'FileSuccess', message, timerMs: Math.round(ms), outputFilesize }),
    )
  }
}

/** The output's blob gets its row, or one more reference. */
async function refer({ deps, task }: RunContext, tx: Repositories, { result, output }: Made): Promise<void> {
  const { key, size, crc32, row } = output
  if (row !== undefined) {
    const type = mediaTypes[result.format]
    const created = deps.clock.now()
    await tx.blobs.insert({ key, project: task.project, size, crc32, ...row, type, refs: 1, created })
  } else if (!(await tx.blobs.retain(key))) {
    throw new DomainError('internal', 'The input vanished while it was processed.')
  }
}

/** What a person should know of a file that went well. */
function noteOf({ unchanged, repair }: EngineResult): string {
  if (repair !== undefined) return repairMessage(repair)
  return unchanged ? 'Already as small as we can make it; the original was kept.' : ''
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
    case 'no_image':
      return 'NoImages'
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
