/**
 * The Tasks API: `/v1`, compatible with the iLoveIMG / iLoveAPI image REST API (tasks-api.md). Each request runs the
 * same chain: identify, authorise, limit, (once, by Idempotency-Key,) parse, handle.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { requireScope } from '../../core/keys/scopes.ts'
import type { ApiModule } from '../../http/api-module.ts'
import { readBody, readNeedlessBody } from '../../http/body.ts'
import { once } from '../../http/idempotency.ts'
import { authEndpoint, identify } from './auth.ts'
import { echoTo, isDebug, readForDebug } from './debug.ts'
import { downloadEndpoints } from './download.ts'
import type { Endpoint, EndpointContext, TasksApi } from './endpoint.ts'
import { renderError } from './errors.ts'
import { authorise } from './filters.ts'
import { limit } from './limits.ts'
import { processEndpoints } from './process.ts'
import { startEndpoints } from './start.ts'
import { taskEndpoints } from './task.ts'
import { uploadEndpoints } from './upload.ts'
import { uploadDeleteEndpoints } from './upload-delete.ts'

/** Every endpoint that needs a token. */
export const endpoints: readonly Endpoint[] = [
  ...startEndpoints,
  ...uploadEndpoints,
  ...uploadDeleteEndpoints,
  ...processEndpoints,
  ...downloadEndpoints,
  ...taskEndpoints,
]

export function tasksApi(api: TasksApi): ApiModule {
  return {
    name: 'tasks',
    // An unknown /api path may be meant for the Library API; until it is here, this module words the answer.
    owns: (path) => /^\/(v1|api)(\/|$)/.test(path),
    renderError,
    cors: {
      methods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Accept', 'Idempotency-Key'],
      exposedHeaders: [
        'X-Rate-Limit-Limit',
        'X-Rate-Limit-Remaining',
        'X-Rate-Limit-Reset',
        'X-Request-Id',
        'Content-Disposition',
        'Retry-After',
        'Idempotency-Replayed',
      ],
    },
    register(app) {
      // Bodies are streamed by the endpoints themselves; nothing is parsed or buffered before.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))

      app.route({ method: ['GET', 'POST'], url: '/v1/auth', handler: (request) => authEndpoint(api, request) })
      for (const endpoint of endpoints) {
        app.route({
          method: endpoint.method,
          url: `/v1${endpoint.path}`,
          handler: (request, reply) => run(api, endpoint, request, reply),
        })
      }
    },
  }
}

async function run(api: TasksApi, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const caller = await identify(api, request, reply)
  authorise(request, caller.project)
  requireScope(caller.key, { group: 'tasks', level: endpoint.level })
  await limit(api, caller, reply)
  const params = { ...(request.query as Record<string, unknown>), ...pathParams(request) }
  const context: EndpointContext = { api, request, reply, caller, params, body: {} }
  if (isDebug(params)) return echoWith(context)
  if (endpoint.creates !== true) return handle(endpoint, context)
  const { idempotency, bodyLimits: limits } = api
  const { project, signal } = caller
  const hasBody = endpoint.body !== undefined
  return once({ idempotency, request, reply, project: project.id, signal, limits, hasBody, renderError }, () =>
    handle(endpoint, context),
  )
}

async function handle(endpoint: Endpoint, context: EndpointContext): Promise<unknown> {
  const body = await bodyOf(endpoint, context)
  if (isDebug(body)) return echoTo(context, body, [])
  return endpoint.handle({ ...context, body: endpoint.body === 'fields' ? body : {} })
}

/** A body that the endpoint ignores is looked at for `debug` alone. */
async function bodyOf({ body }: Endpoint, { api, request }: EndpointContext): Promise<Record<string, unknown>> {
  if (body === 'streamed') return {}
  return body === 'fields' ? readBody(request.raw, api.bodyLimits) : readNeedlessBody(request.raw)
}

async function echoWith(context: EndpointContext): Promise<unknown> {
  const { api, request } = context
  if (request.method !== 'POST') return echoTo(context, await readNeedlessBody(request.raw), [])
  const { body, files } = await readForDebug(api, request)
  return echoTo(context, body, files)
}

/** Path parameters; one with a zero byte, which no database looks up, becomes an id that nothing has. */
function pathParams(request: FastifyRequest): Record<string, string> {
  const params = Object.entries(request.params as Record<string, string>)
  return Object.fromEntries(params.map(([name, value]) => [name, value.replaceAll('\0', '\ufffd')]))
}
