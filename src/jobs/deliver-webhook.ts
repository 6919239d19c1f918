/** Handler of the job that carries a webhook to its receiver. */
import { type DeliverDeps, deliver, giveUpDelivery } from '../core/webhooks/deliver.ts'
import { deliverWebhookKind } from '../core/webhooks/outbox.ts'
import type { Handler } from './runner.ts'

interface Log {
  warn(fields: object, message: string): void
}

/** What hangs at one host holds no more places than these. */
const atOncePerHost = 2

export function deliverWebhook(deps: DeliverDeps & { log: Log }): Handler {
  return {
    kind: deliverWebhookKind,
    atOncePerSubject: atOncePerHost,
    // Receivers that fail are put back by `deliver`; these waits are for failures of our own, on top of its tries.
    backoffMs: Array.from({ length: deps.retryMs.length + 20 }, () => 30_000),
    async run(job, signal) {
      const outcome = await deliver(deps, job, signal)
      if (outcome === undefined || outcome.state === 'delivered') return
      const { delivery, state, attempt } = outcome
      const { id, project, event, target } = delivery
      const fields = { delivery: id, project, event, target, state, status: attempt?.status, error: attempt?.error }
      deps.log.warn(fields, state === 'skipped' ? 'webhook skipped: its target is stopped' : 'webhook not delivered')
    },
    giveUp: (job, error) => giveUpDelivery(deps, job, error),
  }
}
