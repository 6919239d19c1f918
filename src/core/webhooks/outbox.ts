/**
 * Recording what is to be told, in the transaction of what happened: neither is without the other. The record is the
 * snapshot that is sent, whatever becomes of its subject, and stays as the delivery log.
 */
import type { Sealer } from '../keys/seal.ts'
import type { Clock, Repositories } from '../ports.ts'
import type { Delivery } from './records.ts'
import { shownTarget, targetHash, targetHost } from './target.ts'

export const deliverWebhookKind = 'deliver-webhook'

/** Payload of the job that carries a delivery; its subject is the target's host. */
export interface DeliveryJob {
  delivery: string
}

/** An event as an API words it. */
export interface WebhookEvent extends Pick<Delivery, 'project' | 'event' | 'subject' | 'contentType' | 'body'> {
  /** By `webhookId` of core/ids.ts; bodies that carry the id need it before. */
  id: string
  url: string
}

export interface Outbox {
  add(tx: Repositories, event: WebhookEvent): Promise<void>
}

export function createOutbox({ sealer, clock }: { sealer: Sealer; clock: Clock }): Outbox {
  return {
    async add(tx, { url, ...event }) {
      const now = clock.now()
      const { id } = await enqueueDelivery(tx, { delivery: event.id, project: event.project, host: targetHost(url) })
      await tx.webhooks.insert({
        ...event,
        target: shownTarget(url),
        targetHash: targetHash(sealer, url),
        urlSealed: sealer.seal(url),
        state: 'pending',
        job: id,
        tries: 0,
        attempts: [],
        nextAttempt: now,
        created: now,
      })
    },
  }
}

/** The job of a delivery, due now. */
export function enqueueDelivery(
  tx: Repositories,
  { delivery, project, host }: { delivery: string; project: string; host: string },
) {
  const payload: DeliveryJob = { delivery }
  return tx.jobs.enqueue({ kind: deliverWebhookKind, lane: 'webhooks', project, subject: host, payload })
}
