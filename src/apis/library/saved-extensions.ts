/** Saved extensions (media-library-api.md section 12). */
import type { SavedExtension } from '../../core/extensions/records.ts'
import {
  changeSavedExtension,
  createSavedExtension,
  deleteSavedExtension,
  findSavedExtension,
  newSavedExtensionSchema,
  savedExtensionChangeSchema,
} from '../../core/extensions/saved.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse } from './fields.ts'

function extensionObject({ id, name, description, config, created, updated }: SavedExtension) {
  const [createdAt, updatedAt] = [new Date(created).toISOString(), new Date(updated).toISOString()]
  return { id, name, description, config, createdAt, updatedAt }
}

async function create({ api, caller, body, reply }: EndpointContext) {
  const added = await createSavedExtension(api.deps, caller, parse(newSavedExtensionSchema, body))
  reply.code(201)
  return extensionObject(added)
}

async function list({ api, caller }: EndpointContext) {
  return (await api.deps.store.read.savedExtensions.list(caller.project.id)).map(extensionObject)
}

async function show({ api, caller, params }: EndpointContext) {
  return extensionObject(await findSavedExtension(api.deps.store.read, caller, params.id ?? ''))
}

async function change({ api, caller, params, body }: EndpointContext) {
  const given = parse(savedExtensionChangeSchema, body)
  return extensionObject(await changeSavedExtension(api.deps, caller, params.id ?? '', given))
}

async function remove({ api, caller, params }: EndpointContext) {
  await deleteSavedExtension(api.deps, caller, params.id ?? '')
}

const path = '/v1/saved-extensions'

export const savedExtensionEndpoints: Endpoint[] = [
  { method: 'POST', path, group: 'savedExtensions', level: 'write', body: 'json', handle: create },
  { method: 'GET', path, group: 'savedExtensions', level: 'read', handle: list },
  { method: 'GET', path: `${path}/:id`, group: 'savedExtensions', level: 'read', handle: show },
  { method: 'PATCH', path: `${path}/:id`, group: 'savedExtensions', level: 'write', body: 'json', handle: change },
  { method: 'DELETE', path: `${path}/:id`, group: 'savedExtensions', level: 'write', handle: remove },
]
