/**
 * Image URLs: `/{project}/…`, compatible with ImageKit's delivery (image-urls.md). Registered last: every path that no
 * other API owns is an image URL.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Delivered, deliver } from '../../core/delivery/deliver.ts'
import type { DeliveryDeps } from '../../core/delivery/deps.ts'
import { parseTarget } from '../../core/delivery/target.ts'
import { DomainError } from '../../core/errors.ts'
import type { ApiModule } from '../../http/api-module.ts'
import { storedBytesHeaders } from '../../http/stored-bytes.ts'
import { renderError } from './errors.ts'

export interface DeliveryApi {
  deps: DeliveryDeps
  /** First path segments that others own. */
  reserved: ReadonlySet<string>
}

export function deliveryApi({ deps, reserved }: DeliveryApi): ApiModule {
  const owns = (path: string) => !reserved.has(path.split('/')[1] ?? '')
  return {
    name: 'delivery',
    owns,
    renderError,
    cors: {
      methods: ['GET', 'HEAD', 'OPTIONS'],
      allowedHeaders: [],
      exposedHeaders: ['ETag', 'Content-DPR', 'ik-error'],
    },
    register(app) {
      app.get('/*', async (request, reply) => {
        const path = (request.raw.url ?? '/').split('?', 1)[0] ?? '/'
        if (!owns(path)) return reply.callNotFound()
        return send(
          await deliver(deps, parseTarget(request.raw.url ?? '/'), wishesOf(request, reply)),
          deps,
          request,
          reply,
        )
      })
    },
  }
}

async function send(found: Delivered, { blobs }: DeliveryDeps, request: FastifyRequest, reply: FastifyReply) {
  reply.headers(storedBytesHeaders)
  reply.header('content-type', found.type)
  reply.header('content-length', found.size)
  reply.header('etag', `"${found.etag}"`)
  reply.header('last-modified', new Date(found.modified).toUTCString())
  reply.header('cache-control', 'public, no-cache')
  if (found.vary.length > 0) reply.header('vary', found.vary.join(', '))
  if (request.method === 'HEAD') return reply.send('')
  return reply.send('bytes' in found.body ? found.body.bytes : await blobs.get(found.body.blob))
}

function wishesOf(request: FastifyRequest, reply: FastifyReply) {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new DomainError('cancelled', 'The client closed the connection.'))
  })
  const accept = String(request.headers.accept ?? '')
  const accepts = (['avif', 'webp'] as const).filter((format) => accept.includes(`image/${format}`))
  return { accepts, signal: gone.signal }
}
