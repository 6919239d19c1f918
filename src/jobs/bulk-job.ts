/** Handler of the job that copies, moves or renames a folder. */
import type { AssetDeps } from '../core/assets/deps.ts'
import { bulkJobKind } from '../core/folders/begin.ts'
import { endBulkJob, runBulkJob } from '../core/folders/run.ts'
import type { Handler } from './runner.ts'

export function bulkJob(deps: AssetDeps): Handler {
  return {
    kind: bulkJobKind,
    backoffMs: [1000, 5000, 30_000],
    run: (job, signal) => runBulkJob(deps, job, signal),
    giveUp: (job) => endBulkJob(deps, job, { reason: 'GIVEN_UP' }),
  }
}
