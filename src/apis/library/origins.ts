/** Origins (media-library-api.md section 12): "Answers carry `id` and never the secrets." */
import { createOrigin, deleteOrigin, findOrigin, replaceOrigin } from '../../core/origins/origins.ts'
import type { Origin } from '../../core/origins/records.ts'
import { type OriginRequest, originSchemaOf } from '../../core/origins/schema.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse } from './fields.ts'

const originObject = ({ id, type, name, settings }: Origin) => ({ id, type, name, ...settings })

const deps = ({ api }: EndpointContext) => ({ ...api.deps, sealer: api.sealer })

/** Without a type that is known the parser refuses, so what comes out is a whole request. */
const requestOf = ({ body }: EndpointContext) => parse(originSchemaOf(body), body) as OriginRequest

async function create(context: EndpointContext) {
  const added = await createOrigin(deps(context), context.caller, requestOf(context))
  context.reply.code(201)
  return originObject(added)
}

async function list({ api, caller }: EndpointContext) {
  return (await api.deps.store.read.origins.list(caller.project.id)).map(originObject)
}

async function show({ api, caller, params }: EndpointContext) {
  return originObject(await findOrigin(api.deps.store.read, caller, params.id ?? ''))
}

async function replace(context: EndpointContext) {
  const { caller, params } = context
  return originObject(await replaceOrigin(deps(context), caller, params.id ?? '', requestOf(context)))
}

async function remove(context: EndpointContext) {
  await deleteOrigin(deps(context), context.caller, context.params.id ?? '')
}

const path = '/v1/accounts/origins'

export const originEndpoints: Endpoint[] = [
  { method: 'POST', path, group: 'origins', level: 'write', body: 'json', handle: create },
  { method: 'GET', path, group: 'origins', level: 'read', handle: list },
  { method: 'GET', path: `${path}/:id`, group: 'origins', level: 'read', handle: show },
  { method: 'PUT', path: `${path}/:id`, group: 'origins', level: 'write', body: 'json', handle: replace },
  { method: 'DELETE', path: `${path}/:id`, group: 'origins', level: 'write', handle: remove },
]
