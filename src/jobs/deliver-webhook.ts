/** Handler that posts a task's end to the client's webhook, with retries (tasks-api.md section 8.6). */
import { DomainError } from '../core/errors.ts'
import type { Fetcher, MetadataStore } from '../core/ports.ts'
import { detailOf, type TaskDetail } from '../core/tasks/find.ts'
import { deliverWebhookKind, type WebhookPayload } from '../core/webhooks/deliver.ts'
import type { Handler } from './runner.ts'

interface Deps {
  store: MetadataStore
  fetcher: Fetcher
  /** The body in the Tasks API's wording. */
  body(event: string, detail: TaskDetail, server: string): object
}

const second = 1000
const minute = 60 * second
/** Enough of the answer to end the exchange; its body is not looked at. */
const maxAnswerBytes = 64 * 1024

export function deliverWebhook({ store, fetcher, body }: Deps): Handler {
  return {
    kind: deliverWebhookKind,
    backoffMs: [5 * second, 5 * minute, 30 * minute, 120 * minute],
    async run(job, signal) {
      const payload = job.payload as WebhookPayload
      const task = await store.read.tasks.find(job.project ?? '', payload.task)
      if (task !== undefined) {
        await post(payload.url, body(payload.event, await detailOf(store.read, task), payload.server), signal)
      }
      await store.tx((tx) => tx.jobs.complete(job))
    },
    async giveUp(job, error) {
      await store.tx((tx) => tx.jobs.fail(job, error.message))
    },
  }

  async function post(url: string, content: object, signal: AbortSignal): Promise<void> {
    const answer = await fetcher.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(content),
      maxBytes: maxAnswerBytes,
      timeoutMs: 20 * second,
      redirects: 0,
      signal,
    })
    answer.body.on('error', () => undefined).destroy()
    if (answer.status < 200 || answer.status > 299) {
      throw new DomainError('fetch_failed', `The webhook answered with status ${answer.status}; it must answer 2xx.`, {
        param: 'webhook',
      })
    }
  }
}
