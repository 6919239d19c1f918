/**
 * The Scoring API: `/v2.0`, compatible with PhotoILike, and `/v2.1` with what is ours (scoring-api.md). Each request goes
 * through the checks of order.ts.
 */
import type { FastifyReply } from 'fastify'
import type { ApiModule } from '../../http/api-module.ts'
import { analyzeEndpoints } from './analyze.ts'
import { authenticateEndpoints } from './authenticate.ts'
import { batchEndpoints } from './batch.ts'
import { clientKeyEndpoints } from './client-key.ts'
import type { Endpoint, OpenEndpoint, ScoringApi } from './endpoint.ts'
import { createErrorRenderer } from './errors.ts'
import { headEndpoints } from './heads.ts'
import { labelEndpoints } from './label.ts'
import { handle, handleOpen } from './order.ts'
import { createReady } from './ready.ts'
import { scoreEndpoints } from './score.ts'
import { sortEndpoints } from './sort.ts'

/** Every endpoint that needs a session token. */
export const endpoints: readonly Endpoint[] = [
  ...clientKeyEndpoints,
  ...scoreEndpoints,
  ...labelEndpoints,
  ...sortEndpoints,
  ...analyzeEndpoints,
  ...batchEndpoints,
  ...headEndpoints,
]

/** Those that give one. */
export const openEndpoints: readonly OpenEndpoint[] = authenticateEndpoints

export function scoringApi(api: ScoringApi): ApiModule {
  const ready = createReady(api)
  return {
    name: 'scoring',
    // Also versions that there are not: they are told in the same words.
    owns: (path) => /^\/v2\.\d+(\/|$)/.test(path),
    before: ready,
    renderError: createErrorRenderer(api.clock),
    cors: {
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Accept'],
      exposedHeaders: [
        'X-Request-Id',
        'X-Model-Version',
        'X-RateLimit-Limit',
        'X-RateLimit-Remaining',
        'X-RateLimit-Reset',
        'X-Credits-Remaining',
        'X-Total-Count',
        'Retry-After',
        'WWW-Authenticate',
      ],
    },
    register(app) {
      // Bodies are read after the session is known; nothing is parsed or buffered before.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      for (const endpoint of endpoints) {
        app.route({
          method: endpoint.method,
          url: endpoint.path,
          handler: async (request, reply) => answer(reply, await handle(api, ready, endpoint, { request, reply })),
        })
      }
      for (const endpoint of openEndpoints) {
        app.route({
          method: endpoint.method,
          url: endpoint.path,
          handler: async (request, reply) => answer(reply, await handleOpen(api, ready, endpoint, { request, reply })),
        })
      }
    },
  }
}

function answer(reply: FastifyReply, body: unknown) {
  // Tokens, keys and scores are for the one who asked.
  reply.header('cache-control', 'no-store')
  return body === undefined ? reply.code(204).send() : reply.type('application/json').send(body)
}
