/** Versions of a file (media-library-api.md section 6). */
import { findVersion, listVersions } from '../../core/assets/find.ts'
import { deleteVersion, restoreVersion } from '../../core/assets/versions.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { fileObject, scoringDetails, urlEndpointOf } from './resource.ts'

async function list(context: EndpointContext) {
  const { api, caller, params } = context
  const versions = await listVersions(api.deps.store.read, caller, params.fileId ?? '')
  return versions.map((version) => fileObject(version, urlEndpointOf(context)))
}

async function show(context: EndpointContext) {
  const { api, caller, params } = context
  const version = await findVersion(api.deps.store.read, caller, params.fileId ?? '', params.versionId ?? '')
  return { ...fileObject(version, urlEndpointOf(context)), ...(await scoringDetails(api.deps.store.read, version)) }
}

async function remove({ api, caller, params }: EndpointContext) {
  await deleteVersion(api.deps, caller, params.fileId ?? '', params.versionId ?? '')
}

async function restore(context: EndpointContext) {
  const { api, caller, params } = context
  const version = await restoreVersion(api.deps, caller, params.fileId ?? '', params.versionId ?? '')
  return fileObject(version, urlEndpointOf(context))
}

const one = '/v1/files/:fileId/versions/:versionId'

export const versionEndpoints: Endpoint[] = [
  { method: 'GET', path: '/v1/files/:fileId/versions', group: 'files', level: 'read', handle: list },
  { method: 'GET', path: one, group: 'files', level: 'read', handle: show },
  { method: 'DELETE', path: one, group: 'files', level: 'write', handle: remove },
  { method: 'PUT', path: `${one}/restore`, group: 'files', level: 'write', handle: restore },
]
