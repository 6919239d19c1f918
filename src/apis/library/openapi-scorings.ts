/** The document's paths of jobs that score a library (docs/scores-in-the-library.md). */
import { type Json, pathParameter } from '../../http/openapi.ts'
import { json, operation, sample } from './openapi-parts.ts'
import { scoringSchema } from './scorings.ts'

const example = {
  jobId: sample.jobId,
  status: 'Pending',
  folderPath: '/trips',
  again: false,
  scored: 0,
  skipped: 0,
  failed: 0,
  errors: [],
  createdAt: sample.time,
  finishedAt: null,
}
const finished = { ...example, status: 'Completed', scored: 240, skipped: 3, finishedAt: '2026-03-02T09:40:01.000Z' }

export const scoringPaths: Record<string, Json> = {
  '/v1/files/score': {
    post: operation({
      tag: 'Scores',
      summary: 'Score and label the pictures of a folder',
      description:
        'A job that goes on after a restart; without `folderPath` the whole library. Pictures that were judged before are left out unless `again` is true.',
      body: json({ folderPath: '/trips', again: false }, scoringSchema),
      status: 202,
      answer: 'ScoringJob',
      example,
      errors: [404, 409],
      keep: { scoringJobId: 'jobId' },
    }),
    get: operation({
      tag: 'Scores',
      summary: 'The last scoring jobs',
      answer: ['ScoringJob'],
      example: [finished],
    }),
  },
  '/v1/files/score/{scoringJobId}': {
    get: operation({
      tag: 'Scores',
      summary: 'How far a scoring job is',
      parameters: [pathParameter('scoringJobId', 'Id of the job, as its beginning answered it')],
      answer: 'ScoringJob',
      example: finished,
      errors: [404],
    }),
  },
}
