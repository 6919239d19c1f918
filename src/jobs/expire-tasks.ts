/** Sweeps tasks whose lifetime is over (tasks-api.md section 8.7), old webhooks, kept answers, credits reserved by dead nodes, web sessions that are over, and counters whose window is long past. */
import { releaseBlobs } from '../core/blobs/release.ts'
import type { NewJob } from '../core/jobs/records.ts'
import type { Clock, MetadataStore } from '../core/ports.ts'
import type { Handler } from './runner.ts'

export const expireTasksKind = 'expire-tasks'
const everyMs = 60_000
const atOnce = 100
/** Used tokens stay known a little longer than they are good for: the clocks of nodes differ. */
const tokenGraceMs = 5 * 60_000
const keepAuditsMs = 400 * 86_400_000

interface Deps {
  store: MetadataStore
  clock: Clock
  /** How long the log keeps a webhook that is done. */
  keepWebhooksMs: number
}

export function expireTasks({ store, clock, keepWebhooksMs }: Deps): Handler {
  return {
    kind: expireTasksKind,
    backoffMs: [everyMs],
    async run(job, signal) {
      for (let more = true; more && !signal.aborted; ) {
        const expired = await store.read.tasks.expired(clock.now(), atOnce)
        for (const { id, project } of expired) {
          await store.tx(async (tx) => {
            if ((await tx.tasks.lockExpired(id, clock.now())) === undefined) return
            await releaseBlobs(tx, clock, project, await tx.tasks.delete(id))
          })
        }
        more = expired.length === atOnce
      }
      await store.tx((tx) => tx.webhooks.sweep(clock.now() - keepWebhooksMs))
      await store.tx((tx) => tx.idempotency.sweep(clock.now()))
      await store.tx((tx) => tx.uploadTokens.sweep(clock.now() - tokenGraceMs))
      await store.tx((tx) => tx.credits.sweep(clock.now()))
      await store.tx(async (tx) => {
        await tx.signInFailures.sweep(clock.now())
        await tx.limitSlots.sweep(clock.now() - tokenGraceMs)
        await tx.welcome.sweepAccounts(clock.now())
        await tx.webSessions.sweep(clock.now())
        await tx.audits.sweep(clock.now() - keepAuditsMs)
      })
      await store.tx(async (tx) => {
        await tx.counters.sweep(clock.now())
        await tx.jobs.complete(job)
        await tx.jobs.enqueue(sweep(clock))
      })
    },
    async giveUp(job) {
      await store.tx(async (tx) => {
        await tx.jobs.complete(job)
        await tx.jobs.enqueue(sweep(clock))
      })
    },
  }
}

const sweep = (clock: Clock): NewJob => ({
  kind: expireTasksKind,
  lane: 'batch',
  project: null,
  subject: 'all',
  runAt: clock.now() + everyMs,
})

/** Enqueues the sweep unless it is there; called at every start. */
export async function scheduleExpiry({ store, clock }: { store: MetadataStore; clock: Clock }): Promise<void> {
  await store.tx((tx) => tx.jobs.enqueueOnce(sweep(clock)))
}
