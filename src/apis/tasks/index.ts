/**
 * The Tasks API: `/v1`, compatible with the iLoveIMG / iLoveAPI image REST API (tasks-api.md). Each request runs the
 * same chain: identify, limit, then the endpoint reads its body and answers.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiModule } from '../../http/api-module.ts'
import { authEndpoint, identify } from './auth.ts'
import { downloadEndpoints } from './download.ts'
import type { Endpoint, TasksApi } from './endpoint.ts'
import { renderError } from './errors.ts'
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
      allowedHeaders: ['Authorization', 'Content-Type', 'Accept'],
      exposedHeaders: [
        'X-Rate-Limit-Limit',
        'X-Rate-Limit-Remaining',
        'X-Rate-Limit-Reset',
        'X-Request-Id',
        'Content-Disposition',
        'Retry-After',
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
  await limit(api, caller, reply)
  const params = { ...(request.query as Record<string, unknown>), ...pathParams(request) }
  return endpoint.handle({ api, request, reply, caller, params })
}

/** Path parameters; one with a zero byte, which no database looks up, becomes an id that nothing has. */
function pathParams(request: FastifyRequest): Record<string, string> {
  const params = Object.entries(request.params as Record<string, string>)
  return Object.fromEntries(params.map(([name, value]) => [name, value.replaceAll('\0', '\ufffd')]))
}
