/** What an operator does with the delivery log: send once more, and let a stopped target be told again. */
import { DomainError } from '../errors.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'
import { enqueueDelivery } from './outbox.ts'
import type { Delivery } from './records.ts'
import { targetHost } from './target.ts'

interface Deps {
  store: MetadataStore
  sealer: Sealer
  clock: Clock
}

/** @throws DomainError `not_found` */
export async function findDelivery({ webhooks }: Pick<Repositories, 'webhooks'>, id: string): Promise<Delivery> {
  const delivery = await webhooks.find(id)
  if (delivery !== undefined) return delivery
  throw new DomainError('not_found', `No delivery has the id "${id}"; \`imagestead webhooks list\` shows them.`)
}

/**
 * Sends a delivery now, whatever became of it: the same bytes under the same id, with all its tries.
 * @throws DomainError `not_found`; `conflict` when its target is stopped
 */
export function replayDelivery({ store, sealer, clock }: Deps, id: string): Promise<Delivery> {
  return store.tx(async (tx) => {
    const delivery = await findDelivery(tx, id)
    if (await tx.webhooks.stopped(delivery.project, delivery.targetHash)) {
      throw new DomainError(
        'conflict',
        `${delivery.target} has answered 410 and is sent nothing; \`imagestead webhooks enable ${id}\` ends that.`,
      )
    }
    const host = targetHost(sealer.unseal(delivery.urlSealed))
    const job = await enqueueDelivery(tx, { delivery: id, project: delivery.project, host })
    await tx.webhooks.restart(id, job.id, clock.now())
    return findDelivery(tx, id)
  })
}

/** Lets the target of this delivery be told again. @throws DomainError `not_found`; `conflict` when it is not stopped */
export function enableTarget({ store }: Pick<Deps, 'store'>, id: string): Promise<Delivery> {
  return store.tx(async (tx) => {
    const delivery = await findDelivery(tx, id)
    if (await tx.webhooks.resume(delivery.project, delivery.targetHash)) return delivery
    throw new DomainError('conflict', `${delivery.target} is not stopped; nothing is to be enabled.`)
  })
}
