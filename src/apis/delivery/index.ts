/**
 * Image URLs: `/{project}/…`, compatible with ImageKit's delivery (image-urls.md). Registered last: every path that no
 * other API owns is an image URL.
 */
import { deliver } from '../../core/delivery/deliver.ts'
import type { DeliveryDeps } from '../../core/delivery/deps.ts'
import { parseTarget } from '../../core/delivery/target.ts'
import type { RenditionStats } from '../../core/renditions/stats.ts'
import type { DeliveryUsage } from '../../core/usage/deliveries.ts'
import type { ApiModule } from '../../http/api-module.ts'
import type { HotAnswers } from '../../http/hot-answers.ts'
import { answer } from './answer.ts'
import { countWhenSent } from './count.ts'
import { renderError } from './errors.ts'
import { clientOf, goneSignal, wishesOf } from './wishes.ts'

export interface DeliveryApi {
  deps: DeliveryDeps
  /** First path segments that others own. */
  reserved: ReadonlySet<string>
  /** Answers that may be given again as they are. */
  hot: HotAnswers
  stats: RenditionStats
  usage: DeliveryUsage
}

export function deliveryApi({ deps, reserved, hot, stats, usage }: DeliveryApi): ApiModule {
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
        const counted = countWhenSent(usage, target.project, request.raw, reply.raw)
        const begun = hot.begin(target.project)
        const found = await stats.time('plan', () =>
          deliver(deps, { target, wishes: wishesOf(request), client: clientOf(request), signal }),
        )
        const record = (etag: string, bytes?: Buffer) => {
          if (!found.forAnyone) return
          const decided = found.vary.map((name) => name.toLowerCase())
          hot.record(request.raw, reply.raw, begun, {
            etag,
            decided,
            until: found.until,
            ...(bytes === undefined ? {} : { bytes }),
          })
        }
        return answer({ request, reply, blobs: deps.blobs, signal, record, stats, seen: counted }, target, found)
      })
    },
  }
}
