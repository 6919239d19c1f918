/** Purging caches (media-library-api.md section 9). */
import { z } from 'zod'
import { invalid } from '../../core/errors.ts'
import { purgePattern } from '../../core/purge/pattern.ts'
import { requestPurge } from '../../core/purge/request.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse, text } from './fields.ts'
import { limitPurge } from './limits.ts'
import { isDeliveryUrl } from './resource.ts'

async function purge(context: EndpointContext) {
  const { api, caller, body, reply } = context
  const { url } = parse(z.object({ url: text(8000) }), body)
  if (url === undefined) throw invalid('url', 'Your request is missing url parameter.')
  const pattern = purgePattern(url, caller.project.id, (given) => isDeliveryUrl(context, given))
  await limitPurge(context)
  const { store, clock } = api.deps
  const requestId = await store.tx((tx) => requestPurge(tx, clock, caller.project.id, pattern))
  reply.code(201)
  return { requestId }
}

async function status({ api, caller, params }: EndpointContext) {
  const request = await api.deps.store.read.purges.find(caller.project.id, params.requestId ?? '')
  // 400, not 404 (section 9).
  if (request === undefined) throw invalid('requestId', 'No request found with this requestId.')
  return { status: request.status }
}

export const purgeEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v1/files/purge', group: 'cache', level: 'write', body: 'json', handle: purge },
  { method: 'GET', path: '/v1/files/purge/:requestId', group: 'cache', level: 'read', handle: status },
]
