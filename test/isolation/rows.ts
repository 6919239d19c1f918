/**
 * How a project tries to reach what another one has: for every route of the Library API and the Tasks API at least one
 * row. Each is done twice, with the other's things and with things that are nowhere: the answers must be the same.
 */
import { password } from '../support/scoring-client.ts'
import { signedFields, type Tenant, type Things } from './things.ts'

export interface Request {
  path: string
  json?: unknown
  /** Fields of a form; a Buffer is a file. */
  form?: Record<string, string | Buffer>
  headers?: Record<string, string>
  /** Without the key of the one who asks. */
  open?: boolean
}

/** `theirs`: of the other project, or nowhere; `own` of the one who asks. */
export type Attempt = (theirs: Things, own: Things, me: Tenant) => Request

const query = (path: string, values: Record<string, string>) => `${path}?${new URLSearchParams(values)}`
const search = (searchQuery: string, more: Record<string, string> = {}) => ({
  path: query('/v1/files', { searchQuery, ...more }),
})

const upload =
  (
    fields: (theirs: Things, own: Things, me: Tenant) => Record<string, string>,
    path = '/api/v1/files/upload',
  ): Attempt =>
  (theirs, own, me) => ({
    path,
    form: { file: me.picture, fileName: 'up.png', useUniqueFileName: 'false', ...fields(theirs, own, me) },
  })

const uploads = (path: string): Attempt[] => [
  upload(({ folder, fileName }) => ({ folder, fileName, overwriteFile: 'true' }), path),
  upload(({ fieldName }) => ({ fileName: 'a.png', customMetadata: JSON.stringify({ [fieldName]: 'x' }) }), path),
  upload(({ url }) => ({ fileName: 'b.png', file: url }), path),
  upload(
    ({ extensionId }) => ({
      fileName: 'c.png',
      extensions: JSON.stringify([{ name: 'saved-extension', id: extensionId }]),
    }),
    path,
  ),
  upload(
    ({ transformationName }) => ({
      fileName: 'd.png',
      transformation: JSON.stringify({ pre: `n-${transformationName}` }),
    }),
    path,
  ),
]

const byFile = (path: (fileId: string) => string, json?: unknown): Attempt[] => [
  ({ fileId }) => ({ path: path(fileId), json }),
]
const byVersion = (end: string): Attempt[] => [
  ({ fileId, versionId }) => ({ path: `/v1/files/${fileId}/versions/${versionId}${end}` }),
  ({ fileId, currentVersionId }) => ({ path: `/v1/files/${fileId}/versions/${currentVersionId}${end}` }),
  ({ versionId }, own) => ({ path: `/v1/files/${own.fileId}/versions/${versionId}${end}` }),
  ({ fileId }, own) => ({ path: `/v1/files/${fileId}/versions/${own.versionId}${end}` }),
]
const bulk = (path: string, more: object): Attempt[] => [
  ({ fileId }) => ({ path, json: { fileIds: [fileId], ...more } }),
  ({ fileId }, own) => ({ path, json: { fileIds: [own.fileId, fileId], ...more } }),
]
const list = (path: string): Attempt[] => [() => ({ path })]
const one = (path: string, id: keyof Things, json?: unknown): Attempt[] => [
  (theirs) => ({ path: `${path}/${theirs[id]}`, json }),
]

const picture = ({ picture: bytes }: Tenant) => ({ 'image-base64': bytes.toString('base64'), ext: 'png' })

/** Examples from a place that may be another's. */
const taught = (place: object) => ({
  kind: 'labels',
  examples: ['storage', 'corridor'].map((label) => ({ label, ...place })),
})

/** A call with one's own client-key. */
const scored =
  (path: string, fields: (theirs: Things, own: Things, me: Tenant) => object): Attempt =>
  (theirs, own, me) => ({ path, json: { 'client-key': me.scoring.key, ...fields(theirs, own, me) } })

/** Of a picture: by the address, and where there is that (2.1) by the id of a file of theirs. */
const looks = (path: string): Attempt[] => [
  scored(path, ({ url }) => ({ 'image-url': url })),
  scored(path, ({ fileId }) => ({ 'file-id': fileId })),
  scored(path, ({ versionId }) => ({ 'file-id': versionId })),
]

const sorted = (path: string, more: object): Attempt =>
  scored(path, ({ fileId }, own) => ({
    data: [own.fileId, fileId, 'a', fileId].map((identifier, place) => ({ identifier, label: 'pool', score: -place })),
    ...more,
  }))

/** Of both versions; client-keys of another account are 404 by their id (and 403 by their secret, section 3.3). */
const scoringRows = (at: 'v2.0' | 'v2.1'): Record<string, Attempt[]> => ({
  [`POST /${at}/authenticate`]: [
    (_theirs, _own, me) => ({
      path: `/${at}/authenticate`,
      json: { username: me.scoring.user.username, password },
      open: true,
    }),
  ],
  [`POST /${at}/client-key`]: [
    () => ({ path: `/${at}/client-key`, json: { clients: [{ name: 'mine', email: 'a@example.org' }] } }),
  ],
  [`GET /${at}/client-key`]: list(`/${at}/client-key`),
  [`GET /${at}/client-key/:id`]: one(`/${at}/client-key`, 'clientKeyId'),
  [`PUT /${at}/client-key/:id`]: one(`/${at}/client-key`, 'clientKeyId', { activated: false }),
  [`PATCH /${at}/client-key/:id`]: one(`/${at}/client-key`, 'clientKeyId', { name: 'stolen' }),
  [`DELETE /${at}/client-key/:id`]: one(`/${at}/client-key`, 'clientKeyId'),
  [`POST /${at}/score`]: looks(`/${at}/score`),
  [`POST /${at}/label`]: looks(`/${at}/label`),
  [`POST /${at}/sort`]: [sorted(`/${at}/sort`, at === 'v2.1' ? { 'near-duplicate': true } : {})],
})

/** By `METHOD path`, as index.ts of each API has them. */
export const rows: Record<string, Attempt[]> = {
  'POST /api/v1/files/upload': [
    ...uploads('/api/v1/files/upload'),
    ({ uploadToken }, _own, me) => ({
      path: '/api/v1/files/upload',
      form: { ...signedFields(me, uploadToken), fileName: 'signed.png', useUniqueFileName: 'false', file: me.picture },
      open: true,
    }),
    ({ idempotencyKey }, _own, me) => ({
      path: '/api/v1/files/upload',
      form: { file: me.picture, fileName: 'once.png', useUniqueFileName: 'false' },
      headers: { 'idempotency-key': idempotencyKey },
    }),
  ],
  'POST /api/v2/files/upload': uploads('/api/v2/files/upload'),
  'GET /v1/files': [
    ({ folder }) => ({ path: query('/v1/files', { path: folder, type: 'all' }) }),
    ({ tag }) => ({ path: query('/v1/files', { tags: tag }) }),
    ({ fileName }) => ({ path: query('/v1/files', { name: fileName }) }),
    ({ fileId }) => search(`id = "${fileId}"`),
    ({ folderId }) => search(`id IN ["${folderId}"] AND type = "folder"`),
    ({ versionId }) => search(`id = "${versionId}" AND type IN ["file", "file-version"]`),
    ({ fileName }) => search(`name = "${fileName}" OR name HAS "${fileName}"`, { sort: 'DESC_RELEVANCE' }),
    ({ tag }) => search(`tags IN ["${tag}"]`),
    ({ tag }) => search(`tags NOT IN ["${tag}"]`, { type: 'all', sort: 'ASC_NAME' }),
    ({ folder }) => search(`path : "${folder}" AND type IN ["file", "folder", "file-version"]`),
    ({ folder }) => search(`path : "${folder}"`, { sort: 'DESC_SIZE' }),
    ({ fieldName }) => search(`"customMetadata.${fieldName}" EXISTS`),
    () => ({ path: query('/v1/files', { type: 'all', sort: 'ASC_NAME' }) }),
    () => ({ path: query('/v1/files', { type: 'file-version', sort: 'DESC_UPDATED' }) }),
    () => search('size > 0 AND createdAt > "1d"'),
    () => search('score >= 0 AND label EXISTS', { sort: 'DESC_SCORE' }),
    // An error shows the next 20 characters of the query: none of the id.
    ({ fileId }) => search(`"similarTo"          = "${fileId}"`),
    ({ fileId }) => search(`"duplicateOf"        = "${fileId}" AND type = "file"`),
    (_theirs, own) => search(`similarTo = "${own.fileId}"`),
    (_theirs, own) => search(`duplicateOf = "${own.fileId}" AND score >= 0`),
  ],
  'GET /v1/files/:fileId/details': byFile((id) => `/v1/files/${id}/details`),
  'PATCH /v1/files/:fileId/details': [
    ...byFile((id) => `/v1/files/${id}/details`, { tags: ['stolen'] }),
    ...byFile((id) => `/v1/files/${id}/details`, { publish: { isPublished: false, includeFileVersions: true } }),
    ({ fieldName }, own) => ({
      path: `/v1/files/${own.fileId}/details`,
      json: { customMetadata: { [fieldName]: 'x' } },
    }),
    ({ extensionId }, own) => ({
      path: `/v1/files/${own.fileId}/details`,
      json: { extensions: [{ name: 'saved-extension', id: extensionId }] },
    }),
  ],
  'DELETE /v1/files/:fileId': byFile((id) => `/v1/files/${id}`),
  'POST /v1/files/batch/deleteByFileIds': bulk('/v1/files/batch/deleteByFileIds', {}),
  'POST /v1/files/addTags': bulk('/v1/files/addTags', { tags: ['stolen'] }),
  'POST /v1/files/removeTags': bulk('/v1/files/removeTags', { tags: ['stolen'] }),
  'POST /v1/files/removeAITags': bulk('/v1/files/removeAITags', { AITags: ['stolen'] }),
  'POST /v1/files/copy': [
    ({ filePath }) => ({ path: '/v1/files/copy', json: { sourceFilePath: filePath, destinationPath: '/got' } }),
    ({ folder }, own) => ({ path: '/v1/files/copy', json: { sourceFilePath: own.filePath, destinationPath: folder } }),
  ],
  'POST /v1/files/move': [
    ({ filePath }) => ({ path: '/v1/files/move', json: { sourceFilePath: filePath, destinationPath: '/got' } }),
  ],
  'PUT /v1/files/rename': [
    ({ filePath }) => ({ path: '/v1/files/rename', json: { filePath, newFileName: 'stolen.png' } }),
    ({ fileName }, own) => ({
      path: '/v1/files/rename',
      json: { filePath: `/copies${own.filePath}`, newFileName: fileName, purgeCache: false },
    }),
  ],
  'GET /v1/files/:fileId/versions': byFile((id) => `/v1/files/${id}/versions`),
  'GET /v1/files/:fileId/versions/:versionId': byVersion(''),
  'DELETE /v1/files/:fileId/versions/:versionId': byVersion(''),
  'PUT /v1/files/:fileId/versions/:versionId/restore': byVersion('/restore'),
  'GET /v1/files/:fileId/metadata': byFile((id) => `/v1/files/${id}/metadata`),
  'GET /v1/metadata': [({ url }) => ({ path: query('/v1/metadata', { url }) })],
  'POST /v1/folder': [
    ({ folder }) => ({ path: '/v1/folder', json: { folderName: 'inner', parentFolderPath: folder } }),
  ],
  'DELETE /v1/folder': [({ folder }) => ({ path: '/v1/folder', json: { folderPath: `${folder}/inner` } })],
  'POST /v1/bulkJobs/copyFolder': [
    ({ folder }) => ({
      path: '/v1/bulkJobs/copyFolder',
      json: { sourceFolderPath: `/copies${folder}`, destinationPath: '/got' },
    }),
  ],
  'POST /v1/bulkJobs/moveFolder': [
    ({ folder }) => ({
      path: '/v1/bulkJobs/moveFolder',
      json: { sourceFolderPath: `/copies${folder}`, destinationPath: '/got' },
    }),
  ],
  'POST /v1/files/score': [({ folder }) => ({ path: '/v1/files/score', json: { folderPath: folder } })],
  'GET /v1/files/score': list('/v1/files/score'),
  'GET /v1/files/score/:jobId': one('/v1/files/score', 'scoringId'),
  'POST /v1/bulkJobs/renameFolder': [
    ({ folder }) => ({
      path: '/v1/bulkJobs/renameFolder',
      json: { folderPath: `/copies${folder}`, newFolderName: 'stolen' },
    }),
  ],
  'GET /v1/bulkJobs/:jobId': one('/v1/bulkJobs', 'jobId'),
  'POST /v1/files/purge': [
    ({ url }) => ({ path: '/v1/files/purge', json: { url } }),
    ({ url }) => ({ path: '/v1/files/purge', json: { url: `${url}*` } }),
  ],
  'GET /v1/files/purge/:requestId': one('/v1/files/purge', 'requestId'),
  'POST /v1/customMetadataFields': [
    ({ fieldName }) => ({
      path: '/v1/customMetadataFields',
      json: { name: fieldName, label: fieldName, schema: { type: 'Number' } },
    }),
  ],
  'GET /v1/customMetadataFields': [
    ...list('/v1/customMetadataFields?includeDeleted=true'),
    ({ folder }) => ({ path: query('/v1/customMetadataFields', { folderPath: folder }) }),
  ],
  'PATCH /v1/customMetadataFields/:id': one('/v1/customMetadataFields', 'fieldId', { label: 'stolen' }),
  'DELETE /v1/customMetadataFields/:id': one('/v1/customMetadataFields', 'fieldId'),
  'POST /v1/named-transformations': [
    ({ transformationName }) => ({
      path: '/v1/named-transformations',
      json: { name: transformationName, transformation: 'w-20' },
    }),
  ],
  'GET /v1/named-transformations': list('/v1/named-transformations'),
  'GET /v1/named-transformations/:id': one('/v1/named-transformations', 'transformationId'),
  'PATCH /v1/named-transformations/:id': one('/v1/named-transformations', 'transformationId', { enabled: false }),
  'DELETE /v1/named-transformations/:id': one('/v1/named-transformations', 'transformationId'),
  'POST /v1/saved-extensions': [
    () => ({
      path: '/v1/saved-extensions',
      json: { name: 'mine', description: 'mine', config: { name: 'remove-bg' } },
    }),
  ],
  'GET /v1/saved-extensions': list('/v1/saved-extensions'),
  'GET /v1/saved-extensions/:id': one('/v1/saved-extensions', 'extensionId'),
  'PATCH /v1/saved-extensions/:id': one('/v1/saved-extensions', 'extensionId', { description: 'stolen' }),
  'DELETE /v1/saved-extensions/:id': one('/v1/saved-extensions', 'extensionId'),
  'POST /v1/accounts/origins': [() => ({ path: '/v1/accounts/origins', json: { type: 'WEB_PROXY', name: 'mine' } })],
  'GET /v1/accounts/origins': list('/v1/accounts/origins'),
  'GET /v1/accounts/origins/:id': one('/v1/accounts/origins', 'originId'),
  'PUT /v1/accounts/origins/:id': one('/v1/accounts/origins', 'originId', { type: 'WEB_PROXY', name: 'stolen' }),
  'DELETE /v1/accounts/origins/:id': one('/v1/accounts/origins', 'originId'),
  'POST /v1/accounts/url-endpoints': [
    ({ originId }) => ({
      path: '/v1/accounts/url-endpoints',
      json: { description: 'mine', urlPrefix: 'other', origins: [originId] },
    }),
    ({ urlPrefix }) => ({ path: '/v1/accounts/url-endpoints', json: { description: 'mine', urlPrefix } }),
  ],
  'GET /v1/accounts/url-endpoints': list('/v1/accounts/url-endpoints'),
  'GET /v1/accounts/url-endpoints/:id': one('/v1/accounts/url-endpoints', 'urlEndpointId'),
  'PUT /v1/accounts/url-endpoints/:id': one('/v1/accounts/url-endpoints', 'urlEndpointId', {
    description: 'stolen',
    urlPrefix: 'stolen',
  }),
  'DELETE /v1/accounts/url-endpoints/:id': one('/v1/accounts/url-endpoints', 'urlEndpointId'),
  'GET /v1/accounts/usage': list(query('/v1/accounts/usage', period())),
  'GET /v1/accounts/usage-analytics': list(query('/v1/accounts/usage-analytics', period())),

  'POST /v1/auth': [
    (_theirs, _own, { publicKey }) => ({ path: '/v1/auth', json: { public_key: publicKey }, open: true }),
  ],
  'GET /v1/auth': [
    (_theirs, _own, { publicKey }) => ({ path: query('/v1/auth', { public_key: publicKey }), open: true }),
  ],
  'GET /v1/start/:tool': list('/v1/start/resizeimage'),
  'GET /v1/start/:tool/:region': list('/v1/start/resizeimage/eu'),
  'POST /v1/upload': [
    ({ openTask }, _own, me) => ({ path: '/v1/upload', form: { task: openTask, file: me.picture } }),
    ({ doneTask }, _own, me) => ({ path: '/v1/upload', form: { task: doneTask, file: me.picture } }),
    ({ url }, own) => ({ path: '/v1/upload', json: { task: own.openTask, cloud_file: url } }),
  ],
  'DELETE /v1/upload/:task/:server_filename': [
    ({ openTask, serverFilename }) => ({ path: `/v1/upload/${openTask}/${serverFilename}` }),
    ({ serverFilename }, own) => ({ path: `/v1/upload/${own.openTask}/${serverFilename}` }),
  ],
  'DELETE /v1/upload': [
    ({ openTask, serverFilename }) => ({
      path: '/v1/upload',
      json: { task: openTask, server_filename: serverFilename },
    }),
    ({ serverFilename }) => ({ path: '/v1/upload', json: { server_filename: serverFilename } }),
  ],
  'POST /v1/upload/delete': [
    ({ openTask, serverFilename }) => ({
      path: '/v1/upload/delete',
      json: { task: openTask, server_filename: serverFilename },
    }),
  ],
  'POST /v1/process': [
    ({ openTask, serverFilename }) => ({
      path: '/v1/process',
      json: { task: openTask, tool: 'rotateimage', files: [{ server_filename: serverFilename, filename: 'x.png' }] },
    }),
    ({ serverFilename }, own) => ({
      path: '/v1/process',
      json: {
        task: own.openTask,
        tool: 'rotateimage',
        files: [{ server_filename: serverFilename, filename: 'x.png' }],
      },
    }),
  ],
  'GET /v1/download/:task': [
    ({ doneTask }) => ({ path: `/v1/download/${doneTask}` }),
    ({ openTask }) => ({ path: `/v1/download/${openTask}` }),
  ],
  'GET /v1/task/:task': [
    ({ doneTask }) => ({ path: `/v1/task/${doneTask}` }),
    ({ openTask }) => ({ path: `/v1/task/${openTask}` }),
  ],
  'DELETE /v1/task/:task': [
    ({ doneTask }) => ({ path: `/v1/task/${doneTask}` }),
    ({ openTask }) => ({ path: `/v1/task/${openTask}` }),
  ],
  'POST /v1/task': [(_theirs, _own, { secretKey }) => ({ path: '/v1/task', json: { secret_key: secretKey } })],
  'GET /v1/task': [(_theirs, _own, { secretKey }) => ({ path: query('/v1/task', { secret_key: secretKey }) })],
  'POST /v1/task/next': [({ doneTask }) => ({ path: '/v1/task/next', json: { task: doneTask, tool: 'rotateimage' } })],
  'GET /v1/info': list('/v1/info'),
  ...scoringRows('v2.0'),
  ...scoringRows('v2.1'),
  'POST /v2.1/analyze': looks('/v2.1/analyze'),
  'POST /v2.1/batch': [
    scored('/v2.1/batch', ({ fileId, url }, _own, me) => ({
      images: [{ 'file-id': fileId }, { 'image-url': url }, picture(me)],
    })),
  ],
  'POST /v2.1/heads': [
    ({ fileId }) => ({ path: '/v2.1/heads', json: taught({ 'file-id': fileId }) }),
    ({ folder }) => ({ path: '/v2.1/heads', json: taught({ folder }) }),
    ({ tag }) => ({ path: '/v2.1/heads', json: taught({ tag }) }),
  ],
  'GET /v2.1/heads': list('/v2.1/heads'),
  'GET /v2.1/heads/:id': one('/v2.1/heads', 'headId'),
  'PUT /v2.1/heads/:id': one('/v2.1/heads', 'headId', { active: true }),
  'DELETE /v2.1/heads/:id': one('/v2.1/heads', 'headId'),
  // Image URLs: with one's own project in the path, and with versions, names and prefixes of the other.
  'GET /*': [
    ({ filePath }, _own, me) => ({ path: `/${me.id}${filePath}` }),
    ({ filePath }, _own, me) => ({ path: `/${me.id}/tr:n-ik_ml_thumbnail${filePath}` }),
    ({ versionId }, own, me) => ({ path: `/${me.id}${own.filePath}?ik-obj-version=${versionId}` }),
    ({ currentVersionId }, own, me) => ({ path: `/${me.id}${own.filePath}?ik-obj-version=${currentVersionId}` }),
    ({ transformationName }, own, me) => ({ path: `/${me.id}${own.filePath}?tr=n-${transformationName}` }),
    ({ filePath }, own, me) => ({
      path: `/${me.id}${own.filePath}?tr=n-ik_ml_thumbnail:l-image,i-${filePath.slice(1).replaceAll('/', '@@')},l-end`,
    }),
    ({ filePath }, _own, me) => ({
      path: `/${me.id}/nothing.png?tr=di-${filePath.slice(1).replaceAll('/', '@@')}`,
    }),
    ({ urlPrefix, fileName }, _own, me) => ({ path: `/${me.id}/${urlPrefix}/${fileName}` }),
  ],
}

function period() {
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10)
  return { startDate: day(-1), endDate: day(1) }
}
