/** URL endpoints (media-library-api.md section 12). */
import type { UrlEndpoint } from '../../core/origins/records.ts'
import { urlEndpointSchema } from '../../core/origins/schema.ts'
import {
  createUrlEndpoint,
  deleteUrlEndpoint,
  findUrlEndpoint,
  listUrlEndpoints,
  replaceUrlEndpoint,
} from '../../core/origins/url-endpoints.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse } from './fields.ts'

function endpointObject({ id, description, urlPrefix, origins, urlRewriter }: UrlEndpoint) {
  return { id, description, urlPrefix, origins, ...(urlRewriter === null ? {} : { urlRewriter }) }
}

async function create({ api, caller, body, reply }: EndpointContext) {
  const added = await createUrlEndpoint(api.deps, caller, parse(urlEndpointSchema, body))
  reply.code(201)
  return endpointObject(added)
}

async function list({ api, caller }: EndpointContext) {
  return (await listUrlEndpoints(api.deps.store.read, caller)).map(endpointObject)
}

async function show({ api, caller, params }: EndpointContext) {
  return endpointObject(await findUrlEndpoint(api.deps.store.read, caller, params.id ?? ''))
}

async function replace({ api, caller, params, body }: EndpointContext) {
  const given = parse(urlEndpointSchema, body)
  return endpointObject(await replaceUrlEndpoint(api.deps, caller, params.id ?? '', given))
}

async function remove({ api, caller, params }: EndpointContext) {
  await deleteUrlEndpoint(api.deps, caller, params.id ?? '')
}

const path = '/v1/accounts/url-endpoints'

export const urlEndpointEndpoints: Endpoint[] = [
  { method: 'POST', path, group: 'urlEndpoints', level: 'write', body: 'json', handle: create },
  { method: 'GET', path, group: 'urlEndpoints', level: 'read', handle: list },
  { method: 'GET', path: `${path}/:id`, group: 'urlEndpoints', level: 'read', handle: show },
  { method: 'PUT', path: `${path}/:id`, group: 'urlEndpoints', level: 'write', body: 'json', handle: replace },
  { method: 'DELETE', path: `${path}/:id`, group: 'urlEndpoints', level: 'write', handle: remove },
]
