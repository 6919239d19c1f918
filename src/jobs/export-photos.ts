/** Handler of the job that makes an export of photos. */
import type { SiteDeps } from '../core/sites/deps.ts'
import { exportPhotosKind } from '../core/sites/exports/begin.ts'
import { failExport, runExport } from '../core/sites/exports/run.ts'
import type { Handler } from './runner.ts'

export function exportPhotos(deps: SiteDeps): Handler {
  return {
    kind: exportPhotosKind,
    backoffMs: [1000, 10_000, 60_000, 300_000],
    run: (job, signal) => runExport(deps, job, signal),
    giveUp: (job, error) => failExport(deps, job, error),
  }
}
