/**
 * Running a bulk job: transactions of a few hundred rows, each of which keeps how far it came in the job's row, so that
 * another node goes on where one died. The last one frees the folders and ends the job.
 */
import type { AssetDeps } from '../assets/deps.ts'
import { encodePath } from '../assets/names.ts'
import { DomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { Repositories } from '../ports.ts'
import { requestPurge } from '../purge/request.ts'
import { copyStep } from './copy.ts'
import { moveStep } from './move.ts'
import type { BulkFailure, BulkJob } from './records.ts'

type Deps = Pick<AssetDeps, 'store' | 'clock' | 'events' | 'fileContent'>

/** Rows after which a transaction ends. */
const workAtOnce = 500
const listedFailures = 100

export async function runBulkJob(deps: Deps, job: Job, signal: AbortSignal): Promise<void> {
  for (let more = true; more; ) {
    signal.throwIfAborted()
    try {
      more = await deps.store.tx((tx) => runBatch(deps, tx, job))
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'quota_exceeded') throw error
      await endBulkJob(deps, job, { reason: 'STORAGE_LIMIT_EXCEEDED' })
      return
    }
  }
}

/** False when the job is done. */
async function runBatch(deps: Deps, tx: Repositories, job: Job): Promise<boolean> {
  if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The job was taken over.')
  let bulk = await tx.bulkJobs.find(job.project ?? '', job.subject)
  if (bulk === undefined || bulk.status !== 'Pending') {
    await tx.jobs.complete(job)
    return false
  }
  const step = bulk.type === 'COPY_FOLDER' ? copyStep : moveStep
  for (let work = 0, done = false; work < workAtOnce; ) {
    const did = await step(deps, tx, bulk)
    bulk = { ...withFailures(bulk, did.failures), cursor: did.cursor }
    work += did.work
    done = did.done
    if (!done) continue
    await finish(deps, tx, bulk)
    await tx.jobs.complete(job)
    return false
  }
  await tx.bulkJobs.update(bulk.id, { cursor: bulk.cursor, failures: bulk.failures, failed: bulk.failed })
  return true
}

const withFailures = (bulk: BulkJob, more: readonly BulkFailure[]): BulkJob => ({
  ...bulk,
  failures: [...bulk.failures, ...more].slice(0, listedFailures),
  failed: bulk.failed + more.length,
})

/** Frees the folders and says how it went. */
async function finish({ clock }: Pick<Deps, 'clock'>, tx: Repositories, job: BulkJob): Promise<void> {
  const bulk = job.purge === 'refused' ? withFailures(job, [{ reason: 'PURGE_FAILED' }]) : job
  const pattern = `${encodePath(bulk.sourcePath)}/*`
  const purgeRequest = bulk.purge === 'granted' ? await requestPurge(tx, clock, bulk.project, pattern) : null
  await tx.folderTrees.unlock(bulk.id)
  const status = bulk.failed > 0 ? 'Partial success' : 'Completed'
  const { failures, failed, cursor } = bulk
  await tx.bulkJobs.update(bulk.id, { status, failures, failed, cursor, purgeRequest, finished: clock.now() })
}

/** Ends a job that cannot go on: every file is where it was or where it should be, and the folders are free. */
export async function endBulkJob({ store, clock }: Deps, job: Job, failure: BulkFailure): Promise<void> {
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) return
    const bulk = await tx.bulkJobs.find(job.project ?? '', job.subject)
    if (bulk === undefined || bulk.status !== 'Pending') return
    // The place that was kept for nothing.
    const target = await tx.folders.lock(bulk.project, bulk.target)
    const unused = bulk.targetMade && target !== undefined && (await tx.folderTrees.isEmpty(target.id))
    if (unused) await tx.folderTrees.delete(target.project, [target.id])
    await finish({ clock }, tx, withFailures(bulk, [failure]))
  })
}
