/** Named transformations (media-library-api.md section 11). */
import {
  changeTransformation,
  createTransformation,
  deleteTransformation,
  findTransformation,
  newTransformationSchema,
  transformationChangeSchema,
} from '../../core/transformations/named.ts'
import type { NamedTransformation } from '../../core/transformations/records.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse } from './fields.ts'

function transformationObject({ id, name, transformation, enabled, created }: NamedTransformation) {
  return { id, name, transformation, enabled, createdAt: new Date(created).toISOString() }
}

async function create({ api, caller, body, reply }: EndpointContext) {
  const added = await createTransformation(api.deps, caller, parse(newTransformationSchema, body))
  reply.code(201)
  return transformationObject(added)
}

async function list({ api, caller }: EndpointContext) {
  const all = await api.deps.store.read.namedTransformations.list(caller.project.id)
  return all.map(transformationObject)
}

async function show({ api, caller, params }: EndpointContext) {
  return transformationObject(await findTransformation(api.deps.store.read, caller, params.id ?? ''))
}

async function change({ api, caller, params, body }: EndpointContext) {
  const given = parse(transformationChangeSchema, body)
  return transformationObject(await changeTransformation(api.deps, caller, params.id ?? '', given))
}

async function remove({ api, caller, params }: EndpointContext) {
  await deleteTransformation(api.deps, caller, params.id ?? '')
}

const path = '/v1/named-transformations'

export const namedTransformationEndpoints: Endpoint[] = [
  { method: 'POST', path, group: 'namedTransformations', level: 'write', body: 'json', handle: create },
  { method: 'GET', path, group: 'namedTransformations', level: 'read', handle: list },
  { method: 'GET', path: `${path}/:id`, group: 'namedTransformations', level: 'read', handle: show },
  { method: 'PATCH', path: `${path}/:id`, group: 'namedTransformations', level: 'write', body: 'json', handle: change },
  { method: 'DELETE', path: `${path}/:id`, group: 'namedTransformations', level: 'write', handle: remove },
]
