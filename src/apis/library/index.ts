/**
 * The Library API: `/v1` and `/api/v1|v2`, compatible with the ImageKit REST API (media-library-api.md). Each request
 * runs the same chain: identify, limit, parse, handle.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiModule } from '../../http/api-module.ts'
import { readBody } from '../../http/body.ts'
import { identify } from './auth.ts'
import { customFieldEndpoints } from './custom-fields.ts'
import type { Endpoint, EndpointContext, LibraryApi } from './endpoint.ts'
import { createErrorRenderer } from './errors.ts'
import { fileEndpoints } from './files.ts'
import { namedTransformationEndpoints } from './named-transformations.ts'
import { originEndpoints } from './origins.ts'
import { savedExtensionEndpoints } from './saved-extensions.ts'
import { uploadEndpoints } from './upload.ts'
import { urlEndpointEndpoints } from './url-endpoints.ts'
import { usageEndpoints } from './usage.ts'

/** Every endpoint that needs the private key. */
export const endpoints: readonly Endpoint[] = [
  ...uploadEndpoints,
  ...fileEndpoints,
  ...customFieldEndpoints,
  ...namedTransformationEndpoints,
  ...savedExtensionEndpoints,
  ...originEndpoints,
  ...urlEndpointEndpoints,
  ...usageEndpoints,
]

/** First parts of this API's paths below /v1; the others there are the Tasks API's. */
const nouns = [
  'files',
  'folder',
  'bulkJobs',
  'metadata',
  'customMetadataFields',
  'named-transformations',
  'saved-extensions',
  'accounts',
]
const owned = new RegExp(`^/(v1/(${nouns.join('|')})|api/v[12]/files)(/|$)`)

export function libraryApi(api: LibraryApi): ApiModule {
  return {
    name: 'library',
    owns: (path) => owned.test(path),
    renderError: createErrorRenderer(api.supportContact),
    cors: {
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      allowedHeaders: ['Authorization', 'Content-Type', 'Accept', 'Idempotency-Key'],
      exposedHeaders: [
        'x-ik-requestId',
        'X-Request-Id',
        'X-Total-Count',
        'X-RateLimit-Limit',
        'X-RateLimit-Reset',
        'X-RateLimit-Interval',
        'Retry-After',
      ],
    },
    register(app) {
      // Bodies are read by the endpoints themselves, after identification; nothing is parsed or buffered before.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      for (const endpoint of endpoints) {
        app.route({
          method: endpoint.method,
          url: endpoint.path,
          handler: (request, reply) => run(api, endpoint, request, reply),
        })
      }
    },
  }
}

async function run(api: LibraryApi, endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply) {
  reply.raw.setHeader('x-ik-requestId', request.id)
  const caller = await identify(api, request, reply)
  const context: EndpointContext = {
    api,
    request,
    reply,
    caller,
    params: pathParams(request),
    query: request.query as Record<string, unknown>,
    body: endpoint.body === 'json' ? await readBody(request.raw, api.bodyLimits) : {},
  }
  const answer = await endpoint.handle(context)
  if (reply.sent) return reply
  // No JSON type on an empty answer: the clients would parse it (section 1).
  if (answer === undefined) return reply.code(204).send()
  return reply.send(answer)
}

/** Path parameters; one with a zero byte, which no database looks up, becomes an id that nothing has. */
function pathParams(request: FastifyRequest): Record<string, string> {
  const params = Object.entries(request.params as Record<string, string>)
  return Object.fromEntries(params.map(([name, value]) => [name, value.replaceAll('\0', '\ufffd')]))
}
