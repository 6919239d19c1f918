/**
 * The Library API: `/v1` and `/api/v1|v2`, compatible with the ImageKit REST API (media-library-api.md). Each request
 * runs the same chain: identify, authorise, limit, (once, by Idempotency-Key,) parse, handle.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { requireScope } from '../../core/keys/scopes.ts'
import type { ApiModule } from '../../http/api-module.ts'
import { readBody } from '../../http/body.ts'
import { digestBody } from '../../http/body-digest.ts'
import { once } from '../../http/idempotency.ts'
import { identify } from './auth.ts'
import { bulkEndpoints } from './bulk.ts'
import { bulkJobEndpoints } from './bulk-jobs.ts'
import { copyMoveRenameEndpoints } from './copy-move-rename.ts'
import { customFieldEndpoints } from './custom-fields.ts'
import type { Endpoint, LibraryApi, OpenEndpoint } from './endpoint.ts'
import { createErrorRenderer } from './errors.ts'
import { fileEndpoints } from './files.ts'
import { folderEndpoints } from './folders.ts'
import { limit, showLimits } from './limits.ts'
import { listEndpoints } from './list.ts'
import { metadataEndpoints } from './metadata.ts'
import { namedTransformationEndpoints } from './named-transformations.ts'
import { originEndpoints } from './origins.ts'
import { purgeEndpoints } from './purge.ts'
import { savedExtensionEndpoints } from './saved-extensions.ts'
import { scoringEndpoints } from './scorings.ts'
import { uploadEndpoints } from './upload.ts'
import { urlEndpointEndpoints } from './url-endpoints.ts'
import { usageEndpoints } from './usage.ts'
import { versionEndpoints } from './versions.ts'

/** Every endpoint that needs the private key. */
export const endpoints: readonly Endpoint[] = [
  ...listEndpoints,
  ...fileEndpoints,
  ...bulkEndpoints,
  ...copyMoveRenameEndpoints,
  ...versionEndpoints,
  ...metadataEndpoints,
  ...scoringEndpoints,
  ...folderEndpoints,
  ...bulkJobEndpoints,
  ...purgeEndpoints,
  ...customFieldEndpoints,
  ...namedTransformationEndpoints,
  ...savedExtensionEndpoints,
  ...originEndpoints,
  ...urlEndpointEndpoints,
  ...usageEndpoints,
]

/** Those whose body may say who asks. */
export const openEndpoints: readonly OpenEndpoint[] = uploadEndpoints

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
  const renderError = createErrorRenderer(api.supportContact, api.deps.clock)
  return {
    name: 'library',
    owns: (path) => owned.test(path),
    renderError,
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
        'retry-after-ms',
        'x-should-retry',
        'Idempotency-Replayed',
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
          handler: (request, reply) => run(api, renderError, endpoint, request, reply),
        })
      }
      for (const endpoint of openEndpoints) {
        app.route({
          method: endpoint.method,
          url: endpoint.path,
          handler: (request, reply) => runOpen(api, renderError, endpoint, request, reply),
        })
      }
    },
  }
}

async function run(
  api: LibraryApi,
  renderError: ApiModule['renderError'],
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  reply.raw.setHeader('x-ik-requestId', request.id)
  showLimits(api, endpoint, reply)
  const caller = await identify(api, request, reply)
  requireScope(caller.key, endpoint)
  await limit(api, endpoint, caller, reply)
  const handle = async () =>
    endpoint.handle({
      api,
      request,
      reply,
      caller,
      params: pathParams(request),
      query: request.query as Record<string, unknown>,
      body: endpoint.body === 'json' ? await readBody(request.raw, api.bodyLimits) : {},
    })
  const { idempotency, bodyLimits: limits } = api
  const { project, signal } = caller
  const about = { idempotency, request, reply, project: project.id, signal, limits, renderError }
  const answer =
    endpoint.method === 'POST'
      ? await once({ ...about, hasBody: endpoint.body !== undefined, changing: oneTimeFields }, handle)
      : await handle()
  if (reply.sent) return reply
  // No JSON type on an empty answer: the clients would parse it (section 1).
  if (answer === undefined) return reply.code(204).send()
  return reply.send(answer)
}

/** The same chain where the caller is known only when the body was read. None of these is limited. */
async function runOpen(
  api: LibraryApi,
  renderError: ApiModule['renderError'],
  endpoint: OpenEndpoint,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  reply.raw.setHeader('x-ik-requestId', request.id)
  if (request.headers['idempotency-key'] !== undefined) digestBody(request.raw)
  const { caller, handle, close } = await endpoint.open({ api, request, reply })
  try {
    const { idempotency, bodyLimits: limits } = api
    const about = {
      idempotency,
      request,
      reply,
      project: caller.project.id,
      signal: caller.signal,
      limits,
      renderError,
    }
    const answer = await once({ ...about, hasBody: true, changing: oneTimeFields }, handle)
    return reply.sent ? reply : reply.send(answer)
  } finally {
    await close()
  }
}

/** Of client-side uploads (sections 2.2 and 2.3): a repetition must bring new ones. */
const oneTimeFields = ['token', 'signature', 'expire']

/** Path parameters; one with a zero byte, which no database looks up, becomes an id that nothing has. */
function pathParams(request: FastifyRequest): Record<string, string> {
  const params = Object.entries(request.params as Record<string, string>)
  return Object.fromEntries(params.map(([name, value]) => [name, value.replaceAll('\0', '\ufffd')]))
}
