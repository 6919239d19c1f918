/** Jobs that score and label the pictures of a library (ours: docs/scores-in-the-library.md). */
import { z } from 'zod'
import { checkId } from '../../core/assets/find.ts'
import { DomainError } from '../../core/errors.ts'
import { beginScoring } from '../../core/scorings/library.ts'
import type { Scoring } from '../../core/vision/records.ts'
import type { Endpoint, EndpointContext } from './endpoint.ts'
import { flag, parse, text } from './fields.ts'

export const scoringSchema = z.object({ folderPath: text(2000), again: flag(false) })

async function begin({ api, caller, body, reply }: EndpointContext) {
  const { folderPath, again } = parse(scoringSchema, body)
  const scoring = await beginScoring(api.deps, { project: caller.project.id, folderPath, again })
  reply.code(202)
  return scoringObject(scoring)
}

const listed = 20

async function list({ api, caller }: EndpointContext) {
  return (await api.deps.store.read.scorings.list(caller.project.id, listed)).map(scoringObject)
}

async function status({ api, caller, params }: EndpointContext) {
  const id = params.jobId ?? ''
  checkId(id, 'jobId')
  const scoring = await api.deps.store.read.scorings.find(caller.project.id, id)
  if (scoring !== undefined) return scoringObject(scoring)
  throw new DomainError('not_found', 'No scoring job exists with this jobId.', { param: 'jobId' })
}

function scoringObject({ id, status, path, again, scored, skipped, failed, failures, created, finished }: Scoring) {
  return {
    jobId: id,
    status,
    folderPath: path || '/',
    again,
    scored,
    skipped,
    failed,
    errors: failures,
    createdAt: new Date(created).toISOString(),
    finishedAt: finished === null ? null : new Date(finished).toISOString(),
  }
}

export const scoringEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v1/files/score', group: 'files', level: 'write', body: 'json', handle: begin },
  { method: 'GET', path: '/v1/files/score', group: 'files', level: 'read', handle: list },
  { method: 'GET', path: '/v1/files/score/:jobId', group: 'files', level: 'read', handle: status },
]
