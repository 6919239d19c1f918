/** `GET /v1/start/{tool}` and `/v1/start/{tool}/{region}` (tasks-api.md section 3). */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import { startTask } from '../../core/tasks/start.ts'
import { type Endpoint, type EndpointContext, serverOf } from './endpoint.ts'
import { oneOf, parse } from './fields.ts'
import { remainingWithPages } from './remaining.ts'
import { startableTool } from './tool-names.ts'

/** Accepted and ignored: there is one region here. */
const regions = ['eu', 'us', 'fr', 'de', 'pl', 'in', 'sg'] as const
const pathSchema = z.object({ region: oneOf(regions) })

async function start(context: EndpointContext) {
  const { api, caller, params } = context
  const { tool } = params
  if (typeof tool !== 'string') throw invalid('tool', 'tool cannot be blank.')
  const known = startableTool(tool)
  parse(pathSchema, params)
  const { task, filesLeft } = await startTask(api.deps, caller, known)
  // Uploads follow: a child that starts now is ready when the first one is looked at.
  api.deps.engine.warm()
  return { server: serverOf(context), task: task.id, ...remainingWithPages(filesLeft) }
}

export const startEndpoints: Endpoint[] = [
  { method: 'GET', path: '/start/:tool', level: 'write', creates: true, handle: start },
  { method: 'GET', path: '/start/:tool/:region', level: 'write', creates: true, handle: start },
]
