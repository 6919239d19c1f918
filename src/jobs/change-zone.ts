/** Handler of the job that gives captures the local times of their installation's new zone. */
import type { Clock, MetadataStore } from '../core/ports.ts'
import { changeZone, changeZoneKind } from '../core/sites/zone-change.ts'
import type { Handler } from './runner.ts'

const again = 3_600_000

export function changeZoneOfCaptures({ store, clock }: { store: MetadataStore; clock: Clock }): Handler {
  return {
    kind: changeZoneKind,
    backoffMs: [1000, 10_000, 60_000],
    run: (job, signal) => changeZone({ store }, job, signal),
    // Half of the captures going by another zone is no state to stay in.
    async giveUp(job) {
      await store.tx(async (tx) => {
        if (!(await tx.jobs.complete(job))) return
        const { kind, lane, project, subject } = job
        await tx.jobs.enqueue({ kind, lane, project, subject, runAt: clock.now() + again })
      })
    },
  }
}
