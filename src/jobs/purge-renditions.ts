/** Handler of the job that purges what is cached of a URL. */
import { DomainError } from '../core/errors.ts'
import { type PurgeDeps, purgeRenditions as purge } from '../core/purge/renditions.ts'
import { purgeRenditionsKind } from '../core/purge/request.ts'
import type { Handler } from './runner.ts'

export function purgeRenditions(deps: PurgeDeps): Handler {
  const { store } = deps
  return {
    kind: purgeRenditionsKind,
    backoffMs: [1000, 60_000, 600_000],
    async run(job) {
      const request = await store.read.purges.find(job.project ?? '', job.subject)
      if (request !== undefined) await purge(deps, request.project, request.pattern)
      await store.tx(async (tx) => {
        if (!(await tx.jobs.complete(job))) throw new DomainError('fenced', 'The job was taken over.')
        await tx.purges.complete(job.subject)
      })
    },
    // The request stays pending: what is cached was not dropped.
    async giveUp(job, error) {
      await store.tx((tx) => tx.jobs.fail(job, error.message))
    },
  }
}
