/** One try of one delivery: signed, sent through the guarded fetcher, and its outcome logged with the job's fate. */
import { DomainError, toDomainError } from '../errors.ts'
import type { Job } from '../jobs/records.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, Fetcher, MetadataStore, Repositories } from '../ports.ts'
import type { DeliveryJob } from './outbox.ts'
import type { Delivery, DeliveryAttempt, DeliveryState } from './records.ts'
import { nextAttempt } from './schedule.ts'
import type { WebhookSecrets } from './secrets.ts'
import { signatureHeaders } from './sign.ts'

export interface DeliverDeps {
  store: MetadataStore
  fetcher: Fetcher
  sealer: Sealer
  clock: Clock
  secrets: WebhookSecrets
  /** Before the second, third… try. */
  retryMs: readonly number[]
  /** Until the receiver's status. */
  timeoutMs: number
}

/** What became of a delivery by this try. */
export interface Outcome {
  delivery: Delivery
  /** `pending`: it will be tried again. */
  state: DeliveryState
  attempt?: DeliveryAttempt
}

interface Sent extends DeliveryAttempt {
  retryAfter?: string | undefined
}

/** Ends the job, or puts it back until the next try; undefined when the job carries the delivery no more. */
export async function deliver(deps: DeliverDeps, job: Job, signal: AbortSignal): Promise<Outcome | undefined> {
  const { store, sealer } = deps
  const { webhooks } = store.read
  const delivery = await webhooks.find((job.payload as DeliveryJob).delivery ?? '')
  if (delivery === undefined || delivery.job !== job.id) {
    await store.tx((tx) => tx.jobs.complete(job))
    return undefined
  }
  if (await webhooks.stopped(delivery.project, delivery.targetHash)) {
    await settle(deps, job, delivery, 'skipped')
    return { delivery, state: 'skipped' }
  }
  const sent = await send(deps, delivery, sealer.unseal(delivery.urlSealed), signal)
  const { retryAfter, ...attempt } = sent
  const state = await record(deps, job, delivery, sent)
  return { delivery, state, attempt }
}

/** The job's tries crashed the server or the database refused them: what is known is logged, the job ends. */
export async function giveUpDelivery({ store }: DeliverDeps, job: Job, error: DomainError): Promise<void> {
  await store.tx(async (tx) => {
    const delivery = await tx.webhooks.find((job.payload as DeliveryJob).delivery ?? '')
    if (delivery?.job === job.id) {
      const attempt = { at: job.runAt, durationMs: 0, status: null, error: error.message }
      const attempts = [...delivery.attempts, attempt]
      await tx.webhooks.update(delivery.id, job.id, { state: 'failed', attempts, nextAttempt: null })
    }
    await tx.jobs.complete(job)
  })
}

/** @throws DomainError `cancelled` or `fenced` when this node may not go on: that is no try of the receiver's */
async function send(deps: DeliverDeps, delivery: Delivery, url: string, signal: AbortSignal): Promise<Sent> {
  const { clock, fetcher, secrets } = deps
  const { id, project, body, contentType } = delivery
  const at = clock.now()
  const began = performance.now()
  const took = () => Math.round(performance.now() - began)
  const signatures = signatureHeaders(await secrets.active(project), { id, at, body })
  try {
    const { status, headers } = await fetcher.fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentType, ...signatures },
      body,
      maxBytes: 0,
      timeoutMs: deps.timeoutMs,
      redirects: 0,
      signal,
    })
    return { at, durationMs: took(), status, error: complaint(status), retryAfter: headers['retry-after'] }
  } catch (thrown) {
    if (signal.aborted) throw signal.reason
    return { at, durationMs: took(), status: null, error: toDomainError(thrown).message }
  }
}

function complaint(status: number): string | null {
  if (status >= 200 && status <= 299) return null
  if (status >= 300 && status <= 399) return 'The receiver redirects, which is not followed; give the final URL.'
  if (status === 410) return 'The receiver wants no more events (410).'
  return `The receiver answered with status ${status}; only 2xx counts.`
}

/** Logs the try and decides: done, again later, or given up. A 410 stops the target for the whole project. */
async function record(deps: DeliverDeps, job: Job, delivery: Delivery, sent: Sent): Promise<DeliveryState> {
  const { retryAfter, ...attempt } = sent
  const tries = delivery.tries + 1
  const attempts = [...delivery.attempts, attempt]
  if (sent.error === null) return settle(deps, job, delivery, 'delivered', { tries, attempts })
  const now = deps.clock.now()
  const gone = sent.status === 410
  const next = gone ? undefined : nextAttempt(deps.retryMs, { tries, now, retryAfter })
  if (next === undefined) {
    return settle(deps, job, delivery, 'failed', { tries, attempts }, async (tx) => {
      const { id, project, target, targetHash } = delivery
      if (gone) await tx.webhooks.stop({ project, targetHash, target, delivery: id, created: now })
    })
  }
  await deps.store.tx(async (tx) => {
    const held = await tx.jobs.retry(job, next, sent.error ?? '')
    if (!held) throw fenced()
    await tx.webhooks.update(delivery.id, job.id, { tries, attempts, nextAttempt: next })
  })
  return 'pending'
}

/** The delivery's last state, with the job's end. */
async function settle(
  { store }: DeliverDeps,
  job: Job,
  { id }: Delivery,
  state: DeliveryState,
  patch: Partial<Pick<Delivery, 'tries' | 'attempts'>> = {},
  also: (tx: Repositories) => Promise<void> = async () => undefined,
): Promise<DeliveryState> {
  await store.tx(async (tx) => {
    if (!(await tx.jobs.complete(job))) throw fenced()
    await tx.webhooks.update(id, job.id, { ...patch, state, nextAttempt: null })
    await also(tx)
  })
  return state
}

const fenced = () => new DomainError('fenced', 'The delivery was taken over by another worker.')
