/**
 * Judging a whole library, or a folder with what is below it: a durable job that walks over folders in order of path and
 * files by age, a page at a time, and keeps how far it is after each page. Another node goes on where one died.
 */

import type { Asset } from '../assets/records.ts'
import { DomainError, toDomainError } from '../errors.ts'
import { pathToFind } from '../folders/paths.ts'
import { hexId } from '../ids.ts'
import { forEachAtOnce } from '../jobs/at-once.ts'
import type { Job } from '../jobs/records.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import type { Scoring } from '../vision/records.ts'
import { isPassing, type JudgeDeps, keepJudgement, requireHold, seeAsset } from './judge-asset.ts'

export const scoreLibraryKind = 'score-library'

/** How long a finished job can be asked for. */
const keepMs = 30 * 86_400_000
const filesAtOnce = 50
const listedFailures = 100

export interface NewScoring {
  project: string
  /** As the caller wrote it; absent: the whole library. */
  folderPath?: string | undefined
  /** Also those that were judged before, with a new look at each. */
  again: boolean
}

/** @throws DomainError `not_found` (folderPath), `invalid` (folderPath), `conflict`: another one is at work */
export async function beginScoring(
  { store, clock }: { store: MetadataStore; clock: Clock },
  { project, folderPath, again }: NewScoring,
): Promise<Scoring> {
  const path = folderPath === undefined ? '' : pathToFind(folderPath, 'folderPath')
  return store.tx(async (tx) => {
    await tx.projects.lock(project)
    if (path !== '' && (await tx.folders.findByPath(project, path)) === undefined) {
      throw new DomainError('not_found', `No folder has the path ${path}.`, { param: 'folderPath' })
    }
    const [last] = await tx.scorings.list(project, 1)
    if (last?.status === 'Pending') {
      throw new DomainError(
        'conflict',
        `The job ${last.id} scores files of this project already; try again when it is done.`,
      )
    }
    const now = clock.now()
    await tx.scorings.sweep(project, now - keepMs)
    const counts = { scored: 0, skipped: 0, failed: 0, failures: [] }
    const times = { created: now, finished: null }
    const scoring: Scoring = {
      id: hexId(now),
      project,
      status: 'Pending',
      path,
      again,
      cursor: null,
      ...counts,
      ...times,
    }
    await tx.scorings.insert(scoring)
    await tx.jobs.enqueue({ kind: scoreLibraryKind, lane: 'batch', project, subject: scoring.id })
    return scoring
  })
}

export interface ScoreLibraryDeps extends JudgeDeps {
  /** Pictures looked at at once. */
  atOnce: number
}

/** What became of the files of a page. */
interface Outcome {
  scored: number
  skipped: number
  failures: Scoring['failures']
}

export async function scoreLibrary(deps: ScoreLibraryDeps, job: Job, signal: AbortSignal): Promise<void> {
  const { store } = deps
  for (;;) {
    signal.throwIfAborted()
    const scoring = await store.read.scorings.find(job.project ?? '', job.subject)
    if (scoring === undefined || scoring.status !== 'Pending') {
      await store.tx((tx) => tx.jobs.complete(job))
      return
    }
    const page = await nextPage(store.read, scoring)
    const outcome = await judgeFiles(deps, job, scoring, page.files, signal)
    await store.tx(async (tx) => {
      await requireHold(tx, job)
      await tx.scorings.update(scoring.id, {
        cursor: page.next ?? scoring.cursor,
        ...added(scoring, outcome),
        ...(page.next === undefined ? { status: 'Completed' as const, finished: deps.clock.now() } : {}),
      })
      if (page.next === undefined) await tx.jobs.complete(job)
    })
    if (page.next === undefined) return
  }
}

function added({ scored, skipped, failed, failures }: Scoring, outcome: Outcome) {
  return {
    scored: scored + outcome.scored,
    skipped: skipped + outcome.skipped,
    failed: failed + outcome.failures.length,
    failures: [...failures, ...outcome.failures].slice(0, listedFailures),
  }
}

/** The next files, and where to go on; `next` undefined: those are the last. */
async function nextPage(
  read: Repositories,
  { project, path, cursor }: Scoring,
): Promise<{ files: Asset[]; next: Scoring['cursor'] | undefined }> {
  const at = cursor ?? { path, after: null }
  const folder = await read.folders.findByPath(project, at.path)
  const walked = folder === undefined ? [] : await read.folderTrees.files(folder.id, at.after, filesAtOnce)
  const last = walked.at(-1)
  const files = await read.assets.findMany(
    project,
    walked.map(({ file }) => file),
  )
  if (last !== undefined && walked.length === filesAtOnce) {
    return { files, next: { path: at.path, after: { created: last.created, id: last.id } } }
  }
  const [following] = await read.folderTrees.page(project, path, at.path, 1)
  return { files, next: following && { path: following.path, after: null } }
}

async function judgeFiles(
  deps: ScoreLibraryDeps,
  job: Job,
  scoring: Scoring,
  files: readonly Asset[],
  signal: AbortSignal,
): Promise<Outcome> {
  const outcome: Outcome = { scored: 0, skipped: 0, failures: [] }
  const before = await deps.store.read.judgements.list(
    scoring.project,
    files.map(({ id }) => id),
  )
  await forEachAtOnce(files, deps.atOnce, async (file) => {
    const judged = before.get(file.id)
    // What this job judged before it was interrupted is not judged again.
    const isDone = judged !== undefined && (!scoring.again || judged.made >= scoring.created)
    if (file.kind !== 'image' || isDone) {
      outcome.skipped += 1
      return
    }
    try {
      const keeps = ({ created }: { created: number }) => !scoring.again || created >= scoring.created
      const seen = await seeAsset(deps, file, keeps, signal)
      await deps.store.tx(async (tx) => {
        await requireHold(tx, job)
        await keepJudgement(deps, tx, file, seen)
      })
      outcome.scored += 1
    } catch (thrown) {
      const error = toDomainError(thrown)
      if (signal.aborted || isPassing(error)) throw error
      outcome.failures.push({ fileId: file.file, reason: error.message })
    }
  })
  return outcome
}

/** Every try failed for a reason that is not the pictures'. */
export async function giveUpScoring({ store, clock }: Pick<JudgeDeps, 'store' | 'clock'>, job: Job): Promise<void> {
  await store.tx(async (tx) => {
    await requireHold(tx, job)
    await tx.scorings.update(job.subject, { status: 'Failed', finished: clock.now() })
    await tx.jobs.complete(job)
  })
}
