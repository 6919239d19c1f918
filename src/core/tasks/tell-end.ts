/** Telling a client that its task ended (tasks-api.md sections 5.5 and 8.6), in the transaction of that end. */
import { webhookId } from '../ids.ts'
import type { Repositories } from '../ports.ts'
import type { TaskDeps } from './deps.ts'
import type { TaskDetail } from './find.ts'

/** Nothing when the process request had no webhook, or an empty one (polling). */
export async function tellTaskEnd(
  { clock, outbox, webhookContent }: TaskDeps,
  tx: Repositories,
  ended: Omit<TaskDetail, 'files'>,
): Promise<void> {
  const { id, project, status, params } = ended.task
  const url = params?.webhook ?? ''
  if (url === '') return
  const files = await tx.tasks.files(id)
  const settings = (await tx.projects.find(project))?.settings
  const succeeded = status === 'TaskSuccess' || status === 'TaskSuccessWithWarnings'
  const event = succeeded ? 'task.completed' : 'task.fail'
  const content = webhookContent(event, { ...ended, files }, settings?.webhooks.format ?? 'json')
  await outbox.add(tx, { id: webhookId(clock.now()), project, event, subject: id, url, ...content })
}
