/** What the paths of the Scoring API's document are put together from: operations, answers, problems, examples. */
import { z } from 'zod'
import { labels } from '../../core/vision/labels.ts'
import type { Json } from '../../http/openapi.ts'
import * as answers from './answers.ts'

/** The schemas of answers under the names that the document has for them. */
export const answersByName = {
  Token: answers.tokenAnswer,
  ClientKey: answers.clientKeyAnswer,
  NewClientKey: answers.newClientKeyAnswer,
  Score: answers.scoreAnswer,
  ScoreDetails: answers.scoreDetailsAnswer,
  Label: answers.labelAnswer,
  Analysis: answers.analyzeAnswer,
  Batch: answers.batchAnswer,
  Sorted: answers.sortAnswer,
  Head: answers.headAnswer,
  Problem: answers.problemAnswer,
} satisfies Record<string, z.ZodType>

export type AnswerName = keyof typeof answersByName

/** `components.schemas` of the document. */
export const answerSchemas: Record<string, Json> = Object.fromEntries(
  Object.entries(answersByName).map(([name, schema]) => {
    const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any' })
    return [name, rest]
  }),
)

/** Ids and texts as every example has them, so that one call's answer fits the next one's question. */
export const sample = {
  id: '0f6d1c2b3a4958677685a4b3c2d1e0ff',
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.signature',
  keyId: 'ck_01JD3Z7M5T2R8Q4W6Y9X1C0V3B',
  clientKey: 'ck_Qd81mXo0ZkPw7aB2cLr4t.the-other-333-characters',
  /** A picture of 24 x 24 pixels, so that examples can be sent as they are. */
  image:
    'UklGRqIAAABXRUJQVlA4IJYAAACwBQCdASoYABgAPuFipE2opiOiMAwBEBwJbACdMoR7WK3zQCvnABaWUeAcwsw97mwQCMI7zwAA/v3vmvDCfJswK2K2eWSofRDUQNXkA7EkBrcwe0qEWQGYwtUq/NOSm/83ury3ZCcLhQ3lrhBwbx0HKPSmAcr7UDP5MCq0j0rgRGEgEHA+BRfYvgalGKSQpvg+NuhgAAA=',
  fileId: '66f0c1d2a3b4c5d6e7f80912',
} as const

/** Every problem there is, by status: when, and an example of its code and detail. */
const problems = {
  400: [
    'The body, a field of it or the image is wrong.',
    'image_source_ambiguous',
    'The body must have exactly one of image-url and image-base64.',
  ],
  401: [
    'No, a wrong or an expired session token; wrong sign-in; unknown client-key.',
    'session_invalid',
    'The Authorization header is missing.',
  ],
  402: [
    'The account’s credits do not cover the call.',
    'credits_exhausted',
    'The account’s credits do not cover this call.',
  ],
  403: [
    'The client-key is switched off or another account’s, or the account is suspended.',
    'forbidden',
    'The client-key is switched off.',
  ],
  404: [
    'No such path, client-key, file or image.',
    'image_url_not_found',
    'The server of image-url has no such image: it answered 404.',
  ],
  408: ['The image did not come in time.', 'image_url_timeout', 'image-url cannot be fetched in time.'],
  411: [
    'The server of the image gives no size.',
    'image_url_no_size',
    'The server of image-url does not say how large the image is.',
  ],
  413: ['Body, image or number of pixels over the limit.', 'too_large', 'The body is larger than 20971520 bytes.'],
  415: [
    'The body is no JSON, or the image is none of the five formats.',
    'image_unsupported',
    'The image is a GIF; send PNG, JPEG, WebP, HEIC or AVIF.',
  ],
  429: [
    'Over the rate of this client-key and resource; `Retry-After` says when.',
    'rate_limited',
    'More than 5 scores per second with this client-key.',
  ],
  500: ['A fault of the server; `id` leads to the line in its log.', 'internal', 'Something went wrong on the server.'],
  502: ['Models are missing or still being loaded.', 'models_missing', 'The models are being loaded.'],
  503: [
    'Stopping, or too busy; `Retry-After` says when to come back.',
    'overloaded',
    'The server is processing as many images as it can.',
  ],
  504: [
    'Not done within the deadline; the work was cancelled.',
    'deadline_exceeded',
    'The image was not done within 9 s.',
  ],
} as const satisfies Record<number, readonly [string, string, string]>

type Status = keyof typeof problems
/** Of every call that has a session. */
const usual: readonly Status[] = [400, 401, 403, 413, 415, 429, 500, 503]
/** Of calls about images. */
const ofImages: readonly Status[] = [402, 404, 408, 411, 502, 504]

const problem = (status: Status): Json => {
  const [description, code, detail] = problems[status]
  const example = { type: 'about:blank', status, detail, message: `error.http.${status}`, code, id: sample.id }
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example } },
  }
}

interface Told {
  tag: string
  summary: string
  description?: string
  parameters?: Json[]
  body?: { schema: Json; example: Json }
  /** None: 204. An array of them in brackets. */
  answer?: AnswerName | [AnswerName]
  example?: unknown
  /** Takes images, with all that may be wrong with them. */
  images?: true
  /** Further problems. */
  also?: readonly Status[]
  /** Without a session token. */
  open?: true
  /** Parts of the answer that later calls need: see http/postman.ts. */
  keep?: Record<string, string>
}

export function operation(told: Told): Json {
  const statuses = [...new Set([...usual, ...(told.images ? ofImages : []), ...(told.also ?? [])])].toSorted()
  return {
    tags: [told.tag],
    summary: told.summary,
    ...(told.description === undefined ? {} : { description: told.description }),
    ...(told.open ? { security: [] } : {}),
    ...(told.parameters === undefined ? {} : { parameters: told.parameters }),
    ...(told.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': told.body } } }),
    responses: {
      ...success(told),
      ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }])),
    },
    ...(told.keep === undefined ? {} : { 'x-keep': told.keep }),
  }
}

/** `components.responses` of the document. */
export const responses: Record<string, Json> = Object.fromEntries(
  Object.keys(problems).map((status) => [`Problem${status}`, problem(Number(status) as Status)]),
)

function success({ answer, example, summary }: Told): Json {
  if (answer === undefined) return { 204: { description: summary } }
  const reference = (name: AnswerName) => ({ $ref: `#/components/schemas/${name}` })
  const schema = typeof answer === 'string' ? reference(answer) : { type: 'array', items: reference(answer[0]) }
  return { 200: { description: summary, content: { 'application/json': { schema, example } } } }
}

export const labelsExample = labels
  .map((label, id) => ({ id, label, confidence: label === 'kitchen' ? 0.956 : 0.002 }))
  .toSorted((one, other) => other.confidence - one.confidence || one.id - other.id)
