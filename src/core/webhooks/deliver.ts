/** Telling a client that its task ended (tasks-api.md section 8.6): enqueued with the task's end, sent by a job. */
import type { Repositories } from '../ports.ts'
import type { Task } from '../tasks/records.ts'

export const deliverWebhookKind = 'deliver-webhook'

export interface WebhookPayload {
  url: string
  /** `task.completed` or `task.fail`. */
  event: string
  task: string
  /** The callback's `server` value. */
  server: string
}

/** Enqueues the callback in the transaction that ends the task, so that neither happens without the other. */
export async function enqueueTaskWebhook(tx: Repositories, task: Task, succeeded: boolean): Promise<void> {
  const url = task.params?.webhook
  if (url === undefined || url === '' || task.params === null) return
  const payload: WebhookPayload = {
    url,
    event: succeeded ? 'task.completed' : 'task.fail',
    task: task.id,
    server: task.params.server,
  }
  await tx.jobs.enqueue({
    kind: deliverWebhookKind,
    lane: 'interactive',
    project: task.project,
    subject: task.id,
    payload,
  })
}
