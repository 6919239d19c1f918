/** What the paths of the Library API's document are put together from: operations, answers, errors, examples. */
import { z } from 'zod'
import { isObject, type Json, pathParameter, schemaOf } from '../../http/openapi.ts'
import * as answers from './answers.ts'

/** The schemas of answers under the names that the document has for them. */
export const answersByName = {
  File: answers.fileAnswer,
  Folder: answers.folderAnswer,
  List: answers.listAnswer,
  Upload: answers.uploadedAnswer,
  Metadata: answers.metadataAnswer,
  Deleted: answers.deletedAnswer,
  Tagged: answers.taggedAnswer,
  JobStarted: answers.jobStartedAnswer,
  Job: answers.jobAnswer,
  ScoringJob: answers.scoringJobAnswer,
  PurgeStarted: answers.purgeStartedAnswer,
  Purge: answers.purgeAnswer,
  CustomMetadataField: answers.fieldAnswer,
  NamedTransformation: answers.transformationAnswer,
  SavedExtension: answers.savedExtensionAnswer,
  Origin: answers.originAnswer,
  UrlEndpoint: answers.urlEndpointAnswer,
  Usage: answers.usageAnswer,
  UsageAnalytics: answers.analyticsAnswer,
  Error: answers.errorAnswer,
} satisfies Record<string, z.ZodType>

export type AnswerName = keyof typeof answersByName

/** `components.schemas` of the document. */
export const answerSchemas: Record<string, Json> = Object.fromEntries(
  Object.entries(answersByName).map(([name, schema]) => {
    const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any' })
    return [name, rest]
  }),
)

interface Told {
  tag: string
  summary: string
  description?: string
  parameters?: Json[]
  /** JSON body: its schema and an example. */
  body?: { schema: Json; example: Json }
  /** Form with a file. */
  form?: { schema: Json; example: Json }
  /** Status of success; 204 without an answer, 200 with one where none is given. */
  status?: number
  /** None: an empty object (204: nothing). An array of them in brackets. */
  answer?: AnswerName | [AnswerName]
  example?: unknown
  /** Further answers by status, e.g. 207. */
  also?: Record<number, string>
  /** Errors beside those of every call: by status. */
  errors?: (404 | 409 | 423)[]
  /** Parts of the answer that later calls need: see http/postman.ts. */
  keep?: Record<string, string>
}

export function operation(told: Told): Json {
  const status = told.status ?? (told.answer === undefined ? 204 : 200)
  return {
    tags: [told.tag],
    summary: told.summary,
    ...(told.description === undefined ? {} : { description: told.description }),
    ...(told.parameters === undefined ? {} : { parameters: told.parameters }),
    ...requestBody(told),
    responses: {
      [status]: success(status, told),
      ...Object.fromEntries(Object.entries(told.also ?? {}).map(([other, text]) => [other, success(text, told)])),
      ...Object.fromEntries(
        ([400, 401, 403, ...(told.errors ?? []), 429, 503] as const).map((error) => [
          error,
          { $ref: `#/components/responses/${errorNames[error]}` },
        ]),
      ),
    },
    ...(told.keep === undefined ? {} : { 'x-keep': told.keep }),
  }
}

function requestBody({ body, form }: Told): Json {
  if (form !== undefined) return { requestBody: { required: true, content: { 'multipart/form-data': form } } }
  return body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': body } } }
}

function success(status: number | string, { answer, example, summary }: Told): Json {
  const description = typeof status === 'string' ? status : summary
  if (status === 204) return { description }
  const reference = (name: AnswerName) => ({ $ref: `#/components/schemas/${name}` })
  const schema =
    answer === undefined
      ? { type: 'object' }
      : typeof answer === 'string'
        ? reference(answer)
        : { type: 'array', items: reference(answer[0]) }
  return { description, content: { 'application/json': { schema, example: example ?? {} } } }
}

const errorNames = {
  400: 'Refused',
  401: 'NoKey',
  403: 'WrongKey',
  404: 'Unknown',
  409: 'Conflict',
  423: 'Locked',
  429: 'Limited',
  503: 'Busy',
} as const

const refusal = (description: string, message: string, more: Json = {}): Json => ({
  description,
  content: {
    'application/json': {
      schema: { $ref: '#/components/schemas/Error' },
      example: { message, help: 'See /docs for this API and its errors.', ...more },
    },
  },
})

/** `components.responses` of the document. */
export const responses: Record<string, Json> = {
  Refused: refusal(
    'A parameter is missing or wrong; `reason` or `errors` tell more where there is more',
    'Your request is missing fileName parameter.',
  ),
  NoKey: refusal('No private key in the request', 'Your request does not contain private API key.'),
  WrongKey: refusal(
    'A key that is not known, has expired or may not do this; the project is disabled or its storage full',
    'Your account cannot be authenticated.',
  ),
  Unknown: refusal('Nothing of this project has that id or path', 'The requested file does not exist.'),
  Conflict: refusal('The name is taken', 'A file with this name is there already.', {
    reason: 'FILE_ALREADY_EXISTS',
  }),
  Locked: refusal('A bulk job holds the folder', 'The folder is locked by a bulk job; try again when it is done.'),
  Limited: refusal('Your own rate limit; `Retry-After` says when', 'More than 100 requests a second.'),
  Busy: refusal('Overloaded or draining; `Retry-After` says when', 'The server is busy.'),
}

/** Ids and paths as every example has them, so that one call's answer fits the next one's question. */
export const sample = {
  fileId: '66f0c1d2a3b4c5d6e7f80912',
  otherFileId: '66f0c1d2a3b4c5d6e7f80977',
  versionId: '66f0c1d2a3b4c5d6e7f80913',
  filePath: '/trips/pier.jpg',
  url: 'http://127.0.0.1:8080/default/trips/pier.jpg',
  jobId: '66f0c1d2a3b4c5d6e7f80a01',
  requestId: '66f0c1d2a3b4c5d6e7f80a02',
  fieldId: '66f0c1d2a3b4c5d6e7f80a03',
  folderId: '66f0c1d2a3b4c5d6e7f80a04',
  transformationId: 'nt_7c2f1a90b3',
  extensionId: 'se_7c2f1a90b3',
  originId: 'or_7c2f1a90b3',
  urlEndpointId: 'ue_7c2f1a90b3',
  time: '2026-03-02T09:36:45.123Z',
} as const

export const fileIdParameter = pathParameter('fileId', 'Id of the file, as its upload answered it')

/** A JSON body: the schema that reads it, and an example; without a schema the example tells the members. */
export const json = (example: Json, schema?: z.ZodType) => ({
  schema: schema === undefined ? shapeOf(example) : schemaOf(schema),
  example,
})

/** What the example is made of. */
function shapeOf(example: unknown): Json {
  if (Array.isArray(example)) return { type: 'array', items: shapeOf(example[0]) }
  if (!isObject(example)) return { type: typeof example }
  const properties = Object.fromEntries(Object.entries(example).map(([name, value]) => [name, shapeOf(value)]))
  return { type: 'object', properties }
}

/** An optional query parameter. Its example is for Postman, where it is switched off: a page would fill it in. */
export const query = (name: string, description: string, schema: Json, example: unknown): Json => ({
  name,
  in: 'query',
  description,
  schema,
  'x-example': example,
})

export const fileExample = {
  type: 'file',
  fileId: sample.fileId,
  name: 'pier.jpg',
  filePath: sample.filePath,
  tags: ['sea'],
  AITags: null,
  versionInfo: { id: sample.fileId, name: 'Version 1' },
  isPrivateFile: false,
  isPublished: true,
  customCoordinates: null,
  url: `${sample.url}?updatedAt=1772444205123`,
  thumbnail: `${sample.url}?updatedAt=1772444205123&tr=n-ik_ml_thumbnail`,
  fileType: 'image',
  mime: 'image/jpeg',
  width: 640,
  height: 480,
  size: 51_234,
  hasAlpha: false,
  customMetadata: {},
  embeddedMetadata: null,
  createdAt: sample.time,
  updatedAt: sample.time,
}

export const folderExample = {
  type: 'folder',
  folderId: sample.folderId,
  name: 'trips',
  folderPath: '/trips',
  customMetadata: {},
  createdAt: sample.time,
  updatedAt: sample.time,
}
