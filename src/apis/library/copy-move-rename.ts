/** Files by their path: copied, moved, renamed (media-library-api.md section 6). Refusals carry a `reason`. */
import { copyFile } from '../../core/assets/copy.ts'
import { moveFile } from '../../core/assets/move.ts'
import { refused } from '../../core/assets/place.ts'
import { purgeFile, renameFile } from '../../core/assets/rename.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { takePurge } from './limits.ts'

async function copy({ api, caller, body }: EndpointContext) {
  const includeVersions = truth(body, 'includeFileVersions')
  await copyFile(api.deps, caller, { ...journey(body), includeVersions })
}

async function move({ api, caller, body }: EndpointContext) {
  await moveFile(api.deps, caller, journey(body))
}

async function rename({ api, caller, body, reply }: EndpointContext) {
  const purges = truth(body, 'purgeCache')
  const before = await renameFile(api.deps, caller, {
    filePath: required(body, 'filePath'),
    newFileName: required(body, 'newFileName'),
  })
  if (!purges) return {}
  const granted = (await takePurge(api, caller)) === undefined
  if (granted) return { purgeRequestId: await purgeFile(api.deps, caller, before) }
  reply.code(207)
  const message = 'The file was renamed, but its cache was not purged: all purges of this month are used up.'
  return { message, help: 'Purge it by POST /v1/files/purge when the next month has begun.', reason: 'PURGE_FAILED' }
}

const journey = (body: EndpointContext['body']) => ({
  sourceFilePath: required(body, 'sourceFilePath'),
  destinationPath: required(body, 'destinationPath'),
})

function required(body: EndpointContext['body'], param: string): string {
  const given = body[param]
  if (typeof given === 'string' && given !== '') return given
  throw refused(param, 'MISSING_PARAMETER', `Your request is missing the ${param} parameter, a text.`)
}

/** Absent: false. */
function truth(body: EndpointContext['body'], param: string): boolean {
  const given = body[param]
  if (given === undefined || given === null || given === false || given === 'false') return false
  if (given === true || given === 'true') return true
  throw refused(param, 'INVALID_PARAMETER', `${param} must be true or false.`)
}

export const copyMoveRenameEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v1/files/copy', group: 'files', level: 'write', body: 'json', handle: copy },
  { method: 'POST', path: '/v1/files/move', group: 'files', level: 'write', body: 'json', handle: move },
  { method: 'PUT', path: '/v1/files/rename', group: 'files', level: 'write', body: 'json', handle: rename },
]
