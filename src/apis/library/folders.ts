/** Folders (media-library-api.md section 8). */
import { createFolder } from '../../core/folders/create.ts'
import { deleteFolder } from '../../core/folders/delete.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { givenText } from './folder-params.ts'

async function create({ api, caller, body, reply }: EndpointContext) {
  const folderName = givenText(body, 'folderName')
  const parentFolderPath = body.parentFolderPath === '' ? '/' : givenText(body, 'parentFolderPath')
  await createFolder(api.deps, caller, { folderName, parentFolderPath })
  reply.code(201)
  return {}
}

async function remove({ api, caller, body }: EndpointContext) {
  await deleteFolder(api.deps, caller, givenText(body, 'folderPath'))
}

export const folderEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v1/folder', group: 'folders', level: 'write', body: 'json', handle: create },
  { method: 'DELETE', path: '/v1/folder', group: 'folders', level: 'write', body: 'json', handle: remove },
]
