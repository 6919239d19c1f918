/** One file by its id (media-library-api.md section 6). */
import { findFile } from '../../core/assets/find.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { fileObject, urlEndpointOf } from './resource.ts'

async function details(context: EndpointContext) {
  const { api, caller, params } = context
  return fileObject(await findFile(api.deps.store.read, caller, params.fileId ?? ''), urlEndpointOf(context))
}

export const fileEndpoints: Endpoint[] = [
  { method: 'GET', path: '/v1/files/:fileId/details', group: 'files', level: 'read', handle: details },
]
