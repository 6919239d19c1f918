/** Handler of the job that takes an export away when its time is over. */
import type { SiteDeps } from '../core/sites/deps.ts'
import { endExportKind } from '../core/sites/exports/begin.ts'
import { endExport as end } from '../core/sites/exports/end.ts'
import type { Handler } from './runner.ts'

const laterMs = 3_600_000

export function endExport(deps: SiteDeps): Handler {
  return {
    kind: endExportKind,
    backoffMs: [1000, 60_000, laterMs],
    run: (job, signal) => end(deps, job, signal),
    // Bytes must not stay for ever: it is tried again and again.
    async giveUp(job, error) {
      await deps.store.tx((tx) => tx.jobs.retry(job, deps.clock.now() + laterMs, error.message))
    },
  }
}
