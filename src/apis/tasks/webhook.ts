/** The callback of a finished task (tasks-api.md section 8.6): JSON, or the form fields that PHP listeners read. */
import type { TaskEvent, WebhookContent } from '../../core/tasks/deps.ts'
import type { TaskDetail } from '../../core/tasks/find.ts'
import { taskResource } from './resource.ts'

/** `server` is the authority that the process request came to. */
export function webhookContent(event: TaskEvent, detail: TaskDetail, format: 'json' | 'form'): WebhookContent {
  const resource = taskResource(detail, detail.task.params?.server ?? '')
  if (format === 'form') {
    // Lists last: PHP stops reading after max_input_vars, 1,000 by default.
    const { files, output_extensions, ...plain } = resource
    return {
      contentType: 'application/x-www-form-urlencoded',
      body: new URLSearchParams(pairs({ event, ...plain, output_extensions, files })).toString(),
    }
  }
  // The task at the top level, and once more in the newer envelope.
  return { contentType: 'application/json', body: JSON.stringify({ event, ...resource, data: { task: resource } }) }
}

/** Names with brackets for what is inside of lists and objects; null is empty. */
function pairs(value: object, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] => {
    const name = prefix === '' ? key : `${prefix}[${key}]`
    if (typeof inner === 'object' && inner !== null) return pairs(inner, name)
    return [[name, inner === null ? '' : String(inner)]]
  })
}
