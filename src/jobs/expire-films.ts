/** Handler of the job that removes films whose time is over, again and again. */
import type { Job } from '../core/jobs/records.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import { expireFilmsKind, expireTimelapses, filmExpiry } from '../core/sites/timelapse-expiry.ts'
import type { Handler } from './runner.ts'

export function expireFilms({ store, clock }: Pick<SiteDeps, 'store' | 'clock'>): Handler {
  const again = (job: Job) =>
    store.tx(async (tx) => {
      if (await tx.jobs.complete(job)) await tx.jobs.enqueue(filmExpiry(clock))
    })
  return {
    kind: expireFilmsKind,
    backoffMs: [60_000],
    async run(job, signal) {
      await expireTimelapses({ store, clock }, signal)
      await again(job)
    },
    giveUp: again,
  }
}
