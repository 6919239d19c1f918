/** Handler of the job that makes a picture ahead and tells of it (media-library-api.md sections 5.3 and 13). */
import type { DeliveryDeps } from '../core/delivery/deps.ts'
import { makeAhead, type PostTransform, postTransformKind } from '../core/delivery/warm.ts'
import { DomainError, type ErrorCode, toDomainError } from '../core/errors.ts'
import type { Job } from '../core/jobs/records.ts'
import type { MetadataStore } from '../core/ports.ts'
import type { LibraryEvents } from '../core/webhooks/library-events.ts'
import type { Handler } from './runner.ts'

interface Deps {
  store: MetadataStore
  delivery: DeliveryDeps
  events: LibraryEvents
}

/** Trying again may help. */
const passing: readonly ErrorCode[] = ['overloaded', 'unavailable', 'storage_full', 'internal', 'cancelled', 'fenced']

export function postTransform({ store, delivery, events }: Deps): Handler {
  async function end(job: Job, error: DomainError | undefined): Promise<void> {
    const { url, fileUrl, name, filePath: path, requestId, transformation } = job.payload as PostTransform
    const made = { fileId: job.subject, url, name }
    const failed = { fileId: job.subject, url: fileUrl, name, path }
    await store.tx(async (tx) => {
      if (!(await tx.jobs.complete(job))) throw new DomainError('fenced', 'The job was taken over.')
      const project = await tx.projects.find(job.project ?? '')
      if (project === undefined) return
      await events.tell(tx, project, {
        type: error === undefined ? 'upload.post-transform.success' : 'upload.post-transform.error',
        subject: job.subject,
        data: () => (error === undefined ? made : { ...failed, transformation: { error: { reason: error.message } } }),
        request: { x_request_id: requestId, transformation },
      })
    })
  }

  return {
    kind: postTransformKind,
    backoffMs: [1000, 10_000, 60_000],
    async run(job, signal) {
      const failure = await makeAhead(delivery, job, signal).then(
        () => undefined,
        (error: unknown) => toDomainError(error),
      )
      if (failure !== undefined && passing.includes(failure.code)) throw failure
      await end(job, failure)
    },
    giveUp: (job, error) => end(job, error),
  }
}
