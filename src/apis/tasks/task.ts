/** Task status, list, delete and connect, and the account's remaining files (tasks-api.md section 8). */
import { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import { equalInConstantTime } from '../../core/keys/equal.ts'
import { connectTask } from '../../core/tasks/connect.ts'
import { deleteTask } from '../../core/tasks/delete.ts'
import { findTask, listTasks } from '../../core/tasks/find.ts'
import type { TaskFilter, TaskStatus } from '../../core/tasks/records.ts'
import { type Endpoint, type EndpointContext, serverOf } from './endpoint.ts'
import { integer, parse, text } from './fields.ts'
import { statusFilter } from './process.ts'
import { filesLeftNow, remaining, remainingWithPages } from './remaining.ts'
import { deletedResource, taskResource, taskSummary } from './resource.ts'
import { findTool, startableTool } from './tool-names.ts'

async function show(context: EndpointContext) {
  return taskResource(await findTask(context.api.deps, context.caller, String(context.params.task)), serverOf(context))
}

async function remove(context: EndpointContext) {
  return deletedResource(
    await deleteTask(context.api.deps, context.caller, String(context.params.task)),
    serverOf(context),
  )
}

export const listSchema = z.object({
  secret_key: text(200),
  page: integer(1, 1_000_000),
  tool: text(100),
  status: statusFilter,
  custom_int: integer(-2_147_483_648, 2_147_483_647),
  custom_string: text(10_000),
})

async function list(context: EndpointContext) {
  const { api, caller } = context
  const params = parse(listSchema, { ...context.params, ...context.body })
  if (params.secret_key === undefined) throw invalid('secret_key', 'secret_key cannot be blank.')
  if (!equalInConstantTime(params.secret_key, api.keys.secretOf(caller.key))) {
    throw new DomainError('unauthenticated', 'secret_key is not the secret key of the token’s project.', {
      param: 'secret_key',
    })
  }
  // Deleted tasks are gone: these filters match nothing.
  if (params.status === 'TaskDeleted' || params.status === 'TaskNotFound') return []
  const filter = filterOf(params as typeof params & { status?: TaskStatus })
  if (filter === undefined) return []
  const server = serverOf(context)
  return (await listTasks(api.deps, caller, filter, params.page ?? 1)).map((task) => taskSummary(task, server))
}

/** Undefined when the tool is none of ours: nothing can match. */
function filterOf(params: {
  tool?: string | undefined
  status?: TaskStatus | undefined
  custom_int?: number | undefined
  custom_string?: string | undefined
}): TaskFilter | undefined {
  const tool = params.tool === undefined ? undefined : findTool(params.tool)
  if (params.tool !== undefined && tool === undefined) return undefined
  return {
    ...(tool === undefined ? {} : { tool }),
    ...(params.status === undefined ? {} : { status: params.status }),
    ...(params.custom_int === undefined ? {} : { customInt: params.custom_int }),
    ...(params.custom_string === undefined ? {} : { customString: params.custom_string }),
  }
}

export const nextSchema = z.object({ task: text(200), tool: text(100) })

async function connect(context: EndpointContext) {
  const { api, caller } = context
  const params = parse(nextSchema, { ...context.params, ...context.body })
  if (params.task === undefined) throw invalid('task', 'task cannot be blank; give the processed task to go on from.')
  if (params.tool === undefined) throw invalid('tool', 'tool cannot be blank; give the tool of the next task.')
  const { task, files } = await connectTask(api.deps, caller, params.task, startableTool(params.tool))
  return {
    server: serverOf(context),
    task: task.id,
    // A JSON object, although the vendor's text says an array: every client needs the object (section 0, rule 6).
    files: Object.fromEntries(files.map(({ serverFilename, filename }) => [serverFilename, filename])),
    ...remaining(await filesLeftNow(context)),
  }
}

async function info(context: EndpointContext) {
  return remainingWithPages(await filesLeftNow(context))
}

export const taskEndpoints: Endpoint[] = [
  { method: 'GET', path: '/task/:task', level: 'read', handle: show },
  { method: 'DELETE', path: '/task/:task', level: 'write', handle: remove },
  { method: 'POST', path: '/task', level: 'read', body: 'fields', handle: list },
  { method: 'GET', path: '/task', level: 'read', handle: list },
  { method: 'POST', path: '/task/next', level: 'write', creates: true, body: 'fields', handle: connect },
  { method: 'GET', path: '/info', level: 'read', handle: info },
]
