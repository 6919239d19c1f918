/** Handler of the job that moves the photos of a deleted installation to the bin. */
import { emptyInstallation, emptyInstallationKind } from '../core/sites/delete-installation.ts'
import type { SiteDeps } from '../core/sites/deps.ts'
import type { Handler } from './runner.ts'

const dayMs = 86_400_000

export function emptyDeletedInstallation(deps: SiteDeps): Handler {
  return {
    kind: emptyInstallationKind,
    backoffMs: [1000, 10_000, 60_000],
    run: (job, signal) => emptyInstallation(deps, job, signal),
    // Nobody sees them; they are tried again a day later, for ever.
    async giveUp(job) {
      await deps.store.tx(async (tx) => {
        if (!(await tx.jobs.complete(job))) return
        const { kind, lane, project, subject, payload } = job
        await tx.jobs.enqueue({ kind, lane, project, subject, payload, runAt: deps.clock.now() + dayMs })
      })
    },
  }
}
