/** Handler of the job that tells webhooks of an alert of a camera. */
import { tellAlert, tellAlertKind } from '../core/sites/cameras/alert-events.ts'
import type { Handler } from './runner.ts'

export function tellCameraAlert(deps: Parameters<typeof tellAlert>[0]): Handler {
  return {
    kind: tellAlertKind,
    backoffMs: [1000, 10_000, 60_000],
    // What was opened first is told first.
    atOncePerSubject: 1,
    run: (job) => tellAlert(deps, job),
    async giveUp(job, error) {
      await deps.store.tx((tx) => tx.jobs.fail(job, error.message))
    },
  }
}
