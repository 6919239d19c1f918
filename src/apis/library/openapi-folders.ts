/** The document's paths of folders, their bulk jobs and the purge of the cache (media-library-api.md sections 8 and 9). */
import { type Json, pathParameter } from '../../http/openapi.ts'
import { json, operation, sample } from './openapi-parts.ts'

const job = {
  tag: 'Folders',
  answer: 'JobStarted',
  example: { jobId: sample.jobId },
  errors: [404, 423],
  keep: { jobId: 'jobId' },
} satisfies Partial<Parameters<typeof operation>[0]>

export const folderPaths: Record<string, Json> = {
  '/v1/folder': {
    post: operation({
      tag: 'Folders',
      summary: 'Make a folder',
      description: 'With its parents. One that is there already: 201 too.',
      body: json({ folderName: 'archive', parentFolderPath: '/' }),
      status: 201,
    }),
    delete: operation({
      tag: 'Folders',
      summary: 'Delete a folder with all that is in it',
      description: 'The body of this DELETE is JSON.',
      body: json({ folderPath: '/archive' }),
      errors: [404, 423],
    }),
  },
  '/v1/bulkJobs/copyFolder': {
    post: operation({
      ...job,
      summary: 'Copy a folder into another',
      body: json({ sourceFolderPath: '/trips', destinationPath: '/archive', includeVersions: false }),
    }),
  },
  '/v1/bulkJobs/moveFolder': {
    post: operation({
      ...job,
      summary: 'Move a folder into another',
      body: json({ sourceFolderPath: '/archive/trips', destinationPath: '/archive/2026' }),
    }),
  },
  '/v1/bulkJobs/renameFolder': {
    post: operation({
      ...job,
      summary: 'Rename a folder',
      body: json({ folderPath: '/archive/2026/trips', newFolderName: 'tours', purgeCache: false }),
      status: 202,
      errors: [404, 409, 423],
    }),
  },
  '/v1/bulkJobs/{jobId}': {
    get: operation({
      tag: 'Folders',
      summary: 'How far a bulk job is',
      parameters: [pathParameter('jobId', 'Id that the bulk call answered')],
      answer: 'Job',
      example: { jobId: sample.jobId, type: 'COPY_FOLDER', status: 'Completed' },
      also: { 207: 'Renamed, but the purge failed: status `Partial success`' },
      errors: [404],
    }),
  },
  '/v1/files/purge': {
    post: operation({
      tag: 'Cache',
      summary: 'Purge the cache of an image URL',
      body: json({ url: sample.url }),
      status: 201,
      answer: 'PurgeStarted',
      example: { requestId: sample.requestId },
      keep: { requestId: 'requestId' },
    }),
  },
  '/v1/files/purge/{requestId}': {
    get: operation({
      tag: 'Cache',
      summary: 'How far a purge is',
      description: 'An id that is not known: 400.',
      parameters: [pathParameter('requestId', 'Id that the purge answered')],
      answer: 'Purge',
      example: { status: 'Completed' },
    }),
  },
}
