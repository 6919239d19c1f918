/** Handler of the recurring job that deletes captures for good when they were in the bin for thirty days. */
import type { Clock, MetadataStore } from '../core/ports.ts'
import { purgeBin, purgeCapturesKind, purgeJob } from '../core/sites/bin.ts'
import type { Handler } from './runner.ts'

const everyMs = 3_600_000

export function purgeCaptures({ store, clock }: { store: MetadataStore; clock: Clock }): Handler {
  const again = async (job: Parameters<Handler['run']>[0]) => {
    await store.tx(async (tx) => {
      if (await tx.jobs.complete(job)) await tx.jobs.enqueue(purgeJob(clock.now() + everyMs))
    })
  }
  return {
    kind: purgeCapturesKind,
    backoffMs: [60_000],
    async run(job, signal) {
      await purgeBin({ store, clock }, signal)
      await again(job)
    },
    giveUp: again,
  }
}
