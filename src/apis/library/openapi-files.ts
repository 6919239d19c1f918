/** The document's paths of uploads, lists, files, their versions and metadata (media-library-api.md sections 5 to 7). */
import { type Json, pathParameter, schemaOf, withFile } from '../../http/openapi.ts'
import { changesSchema } from './files.ts'
import { fileExample, fileIdParameter, folderExample, json, operation, query, sample } from './openapi-parts.ts'
import { uploadSchema } from './upload-fields.ts'

const versionIdParameter = pathParameter('versionId', 'Id of the version, as `versionInfo.id` of a file shows it')
const both = { fileIds: [sample.fileId, sample.otherFileId] }
const taggedExample = { successfullyUpdatedFileIds: both.fileIds }
const newest = {
  ...fileExample,
  versionInfo: { id: sample.versionId, name: 'Version 2' },
  updatedAt: '2026-03-02T10:00:00.000Z',
}
const partly = 'Some files failed: `errors` lists them'

const uploadedExample = {
  fileId: sample.fileId,
  name: 'pier.jpg',
  size: 51_234,
  versionInfo: { id: sample.fileId, name: 'Version 1' },
  filePath: sample.filePath,
  url: sample.url,
  fileType: 'image',
  height: 480,
  width: 640,
  orientation: 1,
  thumbnailUrl: 'http://127.0.0.1:8080/default/tr:n-ik_ml_thumbnail/trips/pier.jpg',
  AITags: null,
}

const upload = {
  tag: 'Upload',
  form: {
    schema: withFile(schemaOf(uploadSchema)),
    example: { fileName: 'pier.jpg', folder: '/trips', tags: 'sea', useUniqueFileName: 'false' },
  },
  answer: 'Upload',
  example: uploadedExample,
} as const

export const filePaths: Record<string, Json> = {
  '/api/v1/files/upload': {
    post: operation({
      ...upload,
      summary: 'Upload a file',
      description:
        'The file as a part, or an address, a data URI or base64 as text. With the private key, or from a browser with `publicKey`, `token`, `expire` and `signature` (HMAC-SHA1 over token and expire by the private key).',
      keep: { fileId: 'fileId', filePath: 'filePath', url: 'url' },
    }),
  },
  '/api/v2/files/upload': {
    post: operation({
      ...upload,
      summary: 'Upload a file (version 2)',
      description: 'Like version 1; from a browser `token` is a JWT over all other fields, signed by the private key.',
    }),
  },
  '/v1/files': {
    get: operation({
      tag: 'Files',
      summary: 'List and search',
      parameters: [
        query(
          'searchQuery',
          'Such as `tags IN ["sea"] AND width > 500`, `score > 7`, `similarTo = "<fileId>"`, or `shows = "a red door"`',
          { type: 'string' },
          'tags IN ["sea"]',
        ),
        query('path', 'A folder: its direct children', { type: 'string' }, '/trips'),
        query('type', '`file`, `file-version`, `folder` or `all`', { type: 'string', default: 'file' }, 'all'),
        query('fileType', '`all`, `image` or `non-image`', { type: 'string', default: 'all' }, 'image'),
        query('sort', '`ASC_` or `DESC_` with a field', { type: 'string', default: 'ASC_CREATED' }, 'DESC_CREATED'),
        query('limit', '1 to 1000', { type: 'integer', default: 1000 }, 50),
        query('skip', 'Entries to leave out', { type: 'integer', default: 0 }, 0),
        query('name', 'Exact name; not with searchQuery', { type: 'string' }, 'pier.jpg'),
        query('tags', 'Any of these, with commas; not with searchQuery', { type: 'string' }, 'sea'),
      ],
      answer: 'List',
      example: [fileExample, folderExample],
    }),
  },
  '/v1/files/{fileId}/details': {
    get: operation({
      tag: 'Files',
      summary: 'One file',
      parameters: [fileIdParameter],
      answer: 'File',
      example: fileExample,
      errors: [404],
    }),
    patch: operation({
      tag: 'Files',
      summary: 'Change a file',
      parameters: [fileIdParameter],
      body: json(
        { tags: ['sea', 'pier'], customCoordinates: '10,10,100,80', description: 'The pier at night' },
        changesSchema,
      ),
      answer: 'File',
      example: { ...fileExample, tags: ['sea', 'pier'], description: 'The pier at night' },
      errors: [404],
    }),
  },
  '/v1/files/{fileId}': {
    delete: operation({
      tag: 'Files',
      summary: 'Delete a file with all its versions',
      parameters: [fileIdParameter],
      errors: [404, 423],
    }),
  },
  '/v1/files/batch/deleteByFileIds': {
    post: operation({
      tag: 'Bulk',
      summary: 'Delete files',
      description: 'Up to 100. One that is not known: 404 with `missingFileIds`, and nothing is deleted.',
      body: json({ fileIds: [sample.fileId] }),
      answer: 'Deleted',
      example: { successfullyDeletedFileIds: [sample.fileId] },
      also: { 207: partly },
      errors: [404],
    }),
  },
  '/v1/files/addTags': {
    post: operation({
      tag: 'Bulk',
      summary: 'Add tags to files',
      description: 'Up to 50 files.',
      body: json({ fileIds: [sample.fileId], tags: ['night'] }),
      answer: 'Tagged',
      example: taggedExample,
      also: { 207: partly },
      errors: [404],
    }),
  },
  '/v1/files/removeTags': {
    post: operation({
      tag: 'Bulk',
      summary: 'Remove tags from files',
      body: json({ fileIds: [sample.fileId], tags: ['night'] }),
      answer: 'Tagged',
      example: taggedExample,
      also: { 207: partly },
      errors: [404],
    }),
  },
  '/v1/files/removeAITags': {
    post: operation({
      tag: 'Bulk',
      summary: 'Remove AI tags from files',
      body: json({ fileIds: [sample.fileId], AITags: ['Sky'] }),
      answer: 'Tagged',
      example: taggedExample,
      also: { 207: partly },
      errors: [404],
    }),
  },
  '/v1/files/copy': {
    post: operation({
      tag: 'Files',
      summary: 'Copy a file into a folder',
      body: json({ sourceFilePath: sample.filePath, destinationPath: '/archive', includeFileVersions: false }),
      errors: [404, 423],
    }),
  },
  '/v1/files/move': {
    post: operation({
      tag: 'Files',
      summary: 'Move a file into a folder',
      body: json({ sourceFilePath: '/archive/pier.jpg', destinationPath: '/archive/2026' }),
      errors: [404, 423],
    }),
  },
  '/v1/files/rename': {
    put: operation({
      tag: 'Files',
      summary: 'Rename a file',
      body: json({ filePath: '/archive/2026/pier.jpg', newFileName: 'old-pier.jpg', purgeCache: false }),
      status: 200,
      also: { 207: 'Renamed, but the purge failed: `reason` is `PURGE_FAILED`' },
      errors: [404, 409, 423],
    }),
  },
  '/v1/files/{fileId}/versions': {
    get: operation({
      tag: 'Versions',
      summary: 'All versions of a file, the current one first',
      parameters: [fileIdParameter],
      answer: ['File'],
      example: [newest, { ...fileExample, type: 'file-version' }],
      errors: [404],
      keep: { versionId: '0.versionInfo.id' },
    }),
  },
  '/v1/files/{fileId}/versions/{versionId}': {
    get: operation({
      tag: 'Versions',
      summary: 'One version',
      parameters: [fileIdParameter, versionIdParameter],
      answer: 'File',
      example: newest,
      errors: [404],
    }),
    delete: operation({
      tag: 'Versions',
      summary: 'Delete a version',
      description: 'Not the current one.',
      parameters: [fileIdParameter, versionIdParameter],
      errors: [404, 423],
    }),
  },
  '/v1/files/{fileId}/versions/{versionId}/restore': {
    put: operation({
      tag: 'Versions',
      summary: 'Make a version the current one',
      parameters: [fileIdParameter, versionIdParameter],
      answer: 'File',
      example: newest,
      errors: [404, 423],
    }),
  },
  '/v1/files/{fileId}/metadata': {
    get: operation({
      tag: 'Metadata',
      summary: 'EXIF and more of a file',
      parameters: [fileIdParameter],
      answer: 'Metadata',
      example: metadataExample(),
      errors: [404],
    }),
  },
  '/v1/metadata': {
    get: operation({
      tag: 'Metadata',
      summary: 'EXIF and more of the file at an address',
      parameters: [
        {
          ...query('url', 'An image URL of this project', { type: 'string', format: 'uri' }, sample.url),
          required: true,
        },
      ],
      answer: 'Metadata',
      example: metadataExample(),
      errors: [404],
    }),
  },
}

function metadataExample() {
  return {
    height: 480,
    width: 640,
    size: 51_234,
    format: 'jpg',
    hasColorProfile: true,
    quality: 82,
    density: 72,
    hasTransparency: false,
    pHash: 'f06830ca9f1e3e90',
    exif: { image: {}, thumbnail: {}, exif: {}, gps: {}, interoperability: {}, makernote: {} },
  }
}
