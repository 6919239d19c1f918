/**
 * Image URLs: `/{project}/…`, compatible with ImageKit's delivery (image-urls.md). Registered last: every path that no
 * other API owns is an image URL.
 */
import { deliver } from '../../core/delivery/deliver.ts'
import type { DeliveryDeps } from '../../core/delivery/deps.ts'
import { parseTarget } from '../../core/delivery/target.ts'
import type { ApiModule } from '../../http/api-module.ts'
import { answer } from './answer.ts'
import { renderError } from './errors.ts'
import { clientOf, goneSignal, wishesOf } from './wishes.ts'

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
    everyPath: ['GET', 'HEAD'],
    renderError,
    cors: {
      origin: '*',
      methods: ['GET', 'HEAD', 'OPTIONS'],
      allowedHeaders: [],
      exposedHeaders: ['Content-DPR', 'Content-Disposition', 'Content-Range', 'ETag', 'ik-error', 'X-Request-Id'],
    },
    register(app) {
      app.get('/*', async (request, reply) => {
        const [path = '/'] = (request.raw.url ?? '/').split('?', 1)
        if (!owns(path)) return reply.callNotFound()
        const target = parseTarget(request.raw.url ?? '/')
        const signal = goneSignal(reply)
        const found = await deliver(deps, { target, wishes: wishesOf(request), client: clientOf(request), signal })
        return answer({ request, reply, blobs: deps.blobs, signal }, target, found)
      })
    },
  }
}
