/** Jobs on whole folders, and how they stand (media-library-api.md section 8). */
import { checkId } from '../../core/assets/find.ts'
import { DomainError } from '../../core/errors.ts'
import { beginCopy, beginMove, beginRename } from '../../core/folders/begin.ts'
import type { BulkJob } from '../../core/folders/records.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { givenFlag, givenText } from './folder-params.ts'
import { takePurge } from './limits.ts'

async function copy({ api, caller, body }: EndpointContext) {
  // v6 says `includeFileVersions`.
  const includeVersions = givenFlag(body, 'includeVersions', 'includeFileVersions')
  return { jobId: await beginCopy(api.deps, caller, { ...journeyOf(body), includeVersions }) }
}

async function move({ api, caller, body }: EndpointContext) {
  return { jobId: await beginMove(api.deps, caller, journeyOf(body)) }
}

const journeyOf = (body: Record<string, unknown>) => ({
  sourceFolderPath: givenText(body, 'sourceFolderPath'),
  destinationPath: givenText(body, 'destinationPath'),
})

async function rename({ api, caller, body, reply }: EndpointContext) {
  const folderPath = givenText(body, 'folderPath')
  const newFolderName = givenText(body, 'newFolderName')
  const purge = async () => (await takePurge(api, caller)) === undefined
  const takesPurge = givenFlag(body, 'purgeCache') ? purge : undefined
  const jobId = await beginRename(api.deps, caller, { folderPath, newFolderName, takePurge: takesPurge })
  reply.code(202)
  return { jobId }
}

async function status({ api, caller, params, reply }: EndpointContext) {
  const id = params.jobId ?? ''
  checkId(id, 'jobId')
  const job = await api.deps.store.read.bulkJobs.find(caller.project.id, id)
  if (job === undefined) {
    throw new DomainError('not_found', 'No bulk job exists with this jobId.', { param: 'jobId' })
  }
  if (job.status === 'Partial success') reply.code(207)
  return jobObject(job)
}

function jobObject({ id, type, status, purgeRequest, failures, failed }: BulkJob) {
  return {
    jobId: id,
    type,
    status,
    ...(purgeRequest === null ? {} : { purgeRequestId: purgeRequest }),
    ...(failed === 0 ? {} : { failed, errors: failures }),
  }
}

const writes = { method: 'POST', group: 'folders', level: 'write', body: 'json' } as const

export const bulkJobEndpoints: Endpoint[] = [
  { ...writes, path: '/v1/bulkJobs/copyFolder', handle: copy },
  { ...writes, path: '/v1/bulkJobs/moveFolder', handle: move },
  { ...writes, path: '/v1/bulkJobs/renameFolder', handle: rename },
  { method: 'GET', path: '/v1/bulkJobs/:jobId', group: 'folders', level: 'read', handle: status },
]
