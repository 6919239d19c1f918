/** The document's paths of what a project sets up: custom fields, named transformations, saved extensions, origins, URL endpoints; and its usage (media-library-api.md sections 10 to 12). */
import type { z } from 'zod'
import { newSavedExtensionSchema, savedExtensionChangeSchema } from '../../core/extensions/saved.ts'
import { originSchema, urlEndpointSchema } from '../../core/origins/schema.ts'
import { newTransformationSchema, transformationChangeSchema } from '../../core/transformations/named.ts'
import { type Json, pathParameter } from '../../http/openapi.ts'
import { fieldChangeSchema, newFieldSchema } from './custom-fields.ts'
import { type AnswerName, json, operation, query, sample } from './openapi-parts.ts'

/** An example and the schema that reads such a body. */
type Body = readonly [example: Json, schema: z.ZodType]

interface Kept {
  tag: string
  /** One of them, in words. */
  what: string
  answer: AnswerName
  example: Json
  create: Body
  change: Body
  /** Name of the path parameter. */
  id: string
  changeBy: 'patch' | 'put'
  listParameters?: Json[]
  /** False: none is shown alone. */
  single?: boolean
  /** Errors of a change or deletion. */
  inUse?: boolean
}

/** List and create; one by its id. */
function collection(path: string, kept: Kept): Record<string, Json> {
  const { tag, what, answer, example, create, change, id, changeBy, listParameters, single, inUse } = kept
  const parameters = [pathParameter(id, `Id of the ${what}`)]
  const errors: (404 | 409)[] = inUse ? [404, 409] : [404]
  const several = { tag, answer: [answer] as [AnswerName], example: [example] }
  return {
    [path]: {
      get: operation({
        ...several,
        summary: `List: ${what}`,
        ...(listParameters === undefined ? {} : { parameters: listParameters }),
      }),
      post: operation({
        tag,
        summary: `Add a ${what}`,
        body: json(...create),
        status: 201,
        answer,
        example,
        keep: { [id]: 'id' },
      }),
    },
    [`${path}/{${id}}`]: {
      ...(single === false
        ? {}
        : { get: operation({ tag, summary: `One ${what}`, parameters, answer, example, errors: [404] }) }),
      [changeBy]: operation({
        tag,
        summary: `Change a ${what}`,
        parameters,
        body: json(...change),
        answer,
        example: { ...example, ...change[0] },
        errors,
      }),
      delete: operation({ tag, summary: `Delete a ${what}`, parameters, errors }),
    },
  }
}

const times = { createdAt: sample.time, updatedAt: sample.time }
const field = { name: 'rating', label: 'Rating', schema: { type: 'Number', minValue: 0, maxValue: 5 } }
const transformation = { name: 'card', transformation: 'w-300,h-200', enabled: true }
const extension = { name: 'cut-out', description: 'The subject alone', config: { name: 'remove-bg' } }
const origin = { type: 'WEB_FOLDER', name: 'Shop', baseUrl: 'https://shop.example.com/images' }
const urlEndpoint = { description: 'The shop', urlPrefix: 'shop', origins: [sample.originId] }

const period = (lastDay: string) => [
  { ...query('startDate', 'First day, UTC', { type: 'string', format: 'date' }, '2026-03-01'), required: true },
  { ...query('endDate', lastDay, { type: 'string', format: 'date' }, '2026-04-01'), required: true },
]

export const accountPaths: Record<string, Json> = {
  ...collection('/v1/customMetadataFields', {
    tag: 'Custom fields',
    what: 'custom field',
    answer: 'CustomMetadataField',
    example: { id: sample.fieldId, ...field },
    create: [field, newFieldSchema],
    change: [{ label: 'Stars' }, fieldChangeSchema],
    id: 'fieldId',
    changeBy: 'patch',
    listParameters: [
      query('includeDeleted', 'Deleted ones too', { type: 'boolean', default: false }, false),
      query('folderPath', 'Of this folder', { type: 'string' }, '/'),
    ],
    single: false,
  }),
  ...collection('/v1/named-transformations', {
    tag: 'Named transformations',
    what: 'named transformation',
    answer: 'NamedTransformation',
    example: { id: sample.transformationId, ...transformation, createdAt: sample.time },
    create: [transformation, newTransformationSchema],
    change: [{ enabled: false }, transformationChangeSchema],
    id: 'transformationId',
    changeBy: 'patch',
    inUse: true,
  }),
  ...collection('/v1/saved-extensions', {
    tag: 'Saved extensions',
    what: 'saved extension',
    answer: 'SavedExtension',
    example: { id: sample.extensionId, ...extension, ...times },
    create: [extension, newSavedExtensionSchema],
    change: [{ description: 'The subject on nothing' }, savedExtensionChangeSchema],
    id: 'extensionId',
    changeBy: 'patch',
  }),
  ...collection('/v1/accounts/origins', {
    tag: 'Origins',
    what: 'origin',
    answer: 'Origin',
    example: {
      id: sample.originId,
      ...origin,
      includeCanonicalHeader: false,
      forwardHostHeaderToOrigin: false,
    },
    create: [origin, originSchema],
    change: [{ ...origin, name: 'New shop' }, originSchema],
    id: 'originId',
    changeBy: 'put',
    inUse: true,
  }),
  ...collection('/v1/accounts/url-endpoints', {
    tag: 'URL endpoints',
    what: 'URL endpoint',
    answer: 'UrlEndpoint',
    example: { id: sample.urlEndpointId, ...urlEndpoint },
    create: [urlEndpoint, urlEndpointSchema],
    change: [{ ...urlEndpoint, description: 'The new shop' }, urlEndpointSchema],
    id: 'urlEndpointId',
    changeBy: 'put',
  }),
  '/v1/accounts/usage': {
    get: operation({
      tag: 'Usage',
      summary: 'What was used between two days',
      parameters: period('Day after the last one, at most 90 days later'),
      answer: 'Usage',
      example: {
        bandwidthBytes: 21_991_583,
        mediaLibraryStorageBytes: 1_878_758,
        videoProcessingUnitsCount: 0,
        extensionUnitsCount: 0,
        originalCacheStorageBytes: 0,
      },
    }),
  },
  '/v1/accounts/usage-analytics': {
    get: operation({
      tag: 'Usage',
      summary: 'Requests and bytes by kind',
      parameters: period('Last day'),
      answer: 'UsageAnalytics',
      example: {
        requestCount: 1204,
        bandwidthBytes: 21_991_583,
        startDate: '2026-03-01',
        endDate: '2026-03-31',
        generatedAt: sample.time,
      },
    }),
  },
}
