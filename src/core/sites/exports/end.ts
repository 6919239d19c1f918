/** The end of an export: its time is over, or it was deleted. Its photos stay where they are. */
import { releaseBlobs } from '../../blobs/release.ts'
import { DomainError } from '../../errors.ts'
import type { Job } from '../../jobs/records.ts'
import type { SiteDeps } from '../deps.ts'

const filesAtOnce = 500

export async function endExport({ store, clock }: SiteDeps, job: Job, signal: AbortSignal): Promise<void> {
  const project = job.project ?? ''
  for (let more = true; more; ) {
    signal.throwIfAborted()
    more = await store.tx(async (tx) => {
      if (!(await tx.jobs.holds(job))) throw new DomainError('fenced', 'The job was taken over.')
      const blobs = await tx.siteExports.takeFiles(job.subject, filesAtOnce)
      await releaseBlobs(tx, clock, project, blobs)
      return blobs.length === filesAtOnce
    })
  }
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) throw new DomainError('fenced', 'The job was taken over.')
    const found = await tx.siteExports.find(project, job.subject)
    if (found === undefined) return
    if (found.manifest !== null) await releaseBlobs(tx, clock, project, [found.manifest])
    await tx.siteExports.delete(found.id)
  })
}
