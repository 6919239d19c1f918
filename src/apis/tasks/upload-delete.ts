/** Deleting an uploaded file in the three forms that clients use (tasks-api.md section 4.3). */
import { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import { deleteUpload } from '../../core/tasks/delete.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { parse, text } from './fields.ts'

export const uploadDeleteSchema = z.object({ task: text(200), server_filename: text(200) })

async function remove({ api, caller, params, body }: EndpointContext) {
  const { task, server_filename: name } = parse(uploadDeleteSchema, { ...body, ...params })
  if (task === undefined) throw invalid('task', 'task cannot be blank.')
  if (name === undefined) throw invalid('server_filename', 'server_filename cannot be blank.')
  await deleteUpload(api.deps, caller, task, name).catch((error: unknown) => {
    // "Unknown file or task" are both told under server_filename (section 4.3).
    if (!(error instanceof DomainError) || error.code !== 'not_found') throw error
    throw new DomainError('not_found', error.message, { param: 'server_filename', cause: error })
  })
  return { success: true }
}

export const uploadDeleteEndpoints: Endpoint[] = [
  // Where the path names the file, whatever the body says adds nothing (PHP repeats both there).
  { method: 'DELETE', path: '/upload/:task/:server_filename', level: 'write', handle: remove },
  { method: 'DELETE', path: '/upload', level: 'write', body: 'fields', handle: remove },
  { method: 'POST', path: '/upload/delete', level: 'write', body: 'fields', handle: remove },
]
