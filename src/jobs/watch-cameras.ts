/** Every half minute: cameras that make no contact get their alert (site-photos-api.md section 7.2); once an hour old diagnostics go. */
import type { NewJob } from '../core/jobs/records.ts'
import type { Clock, MetadataStore } from '../core/ports.ts'
import { noticeSilence, sweepDiagnostics } from '../core/sites/cameras/watch.ts'
import type { Handler } from './runner.ts'

export const watchCamerasKind = 'watch-cameras'
const everyMs = 30_000
const sweepEveryMs = 60 * 60_000

interface Deps {
  store: MetadataStore
  clock: Clock
  keepDiagnosticsMs: number
}

export function watchCameras({ store, clock, keepDiagnosticsMs }: Deps): Handler {
  return {
    kind: watchCamerasKind,
    backoffMs: [everyMs],
    async run(job, signal) {
      const { swept = 0 } = (job.payload ?? {}) as { swept?: number }
      await noticeSilence({ store, clock }, signal)
      const now = clock.now()
      const sweeps = now - swept >= sweepEveryMs || now < swept
      if (sweeps) await sweepDiagnostics({ store, clock }, now - keepDiagnosticsMs, signal)
      await store.tx(async (tx) => {
        if (await tx.jobs.complete(job)) await tx.jobs.enqueue(watch(clock, sweeps ? now : swept))
      })
    },
    async giveUp(job) {
      await store.tx(async (tx) => {
        if (await tx.jobs.complete(job)) await tx.jobs.enqueue(watch(clock, 0))
      })
    },
  }
}

const watch = (clock: Clock, swept: number): NewJob => ({
  kind: watchCamerasKind,
  lane: 'batch',
  project: null,
  subject: 'all',
  payload: { swept },
  runAt: clock.now() + everyMs,
})

/** Enqueues the watch unless it is there. */
export async function scheduleWatch({ store, clock }: { store: MetadataStore; clock: Clock }): Promise<void> {
  await store.tx((tx) => tx.jobs.enqueueOnce(watch(clock, 0)))
}
