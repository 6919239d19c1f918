/** The Scoring API as an OpenAPI 3.1 document, made from the schemas that read its bodies and from those of its answers. */
import { z } from 'zod'
import { documentHead, type Json, pathParameter } from '../../http/openapi.ts'
import { version } from '../../paths.ts'
import { credentialsSchema } from './authenticate.ts'
import { batchSchema } from './batch.ts'
import { keyPatchSchema, newKeysSchema } from './client-key.ts'
import { headPaths } from './openapi-heads.ts'
import { answerSchemas, labelsExample, operation, responses, sample } from './openapi-parts.ts'
import { imageSchemas } from './score.ts'
import { sortSchemas } from './sort.ts'

/** `publicUrl`: the server's configured address; unset: the address the page was loaded from. */
export function scoringOpenApi(publicUrl: string | undefined): Json {
  const about =
    'A score from 0 to 10 and a label for photos of homes, and their order in a listing. Compatible with PhotoILike v2.0: point an existing client at this server; /v2.1 is ours and adds to it.'
  return {
    ...documentHead('Imagestead Scoring API', version, about, publicUrl),
    security: [{ session: [] }],
    paths: { ...pathsOf('v2.0'), ...pathsOf('v2.1'), ...extensions, ...headPaths },
    components: { securitySchemes, responses, schemas: answerSchemas },
  }
}

/** In Postman the first request signs in and keeps the token. */
const securitySchemes = {
  session: {
    type: 'http',
    scheme: 'bearer',
    description: 'The `id_token` of POST /v2.0/authenticate.',
    'x-prerequest': [],
  },
}

/** The JSON Schema of what a closed zod schema reads. */
function bodyOf(schema: z.ZodType, example: Json) {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    override({ jsonSchema, path }) {
      if (path.at(-1) !== 'image-base64') return
      // Its schema also knows the text as it was decoded on its way.
      delete jsonSchema.anyOf
      Object.assign(jsonSchema, { type: 'string', contentEncoding: 'base64' })
    },
  }) as Json
  return { schema: rest, example }
}

const key = { 'client-key': sample.clientKey }
const image = { 'image-base64': sample.image, ext: 'webp' }
const keyExample = { id: sample.keyId, activated: true, email: 'ana@example.org', name: 'Casa Norte' }
const byId = [pathParameter('id', 'Of the client-key, as its creation answered it')]
const query = (name: string, description: string, schema: Json, example: unknown): Json => ({
  name,
  in: 'query',
  description,
  schema,
  'x-example': example,
})

const score = { score: 7.4213 }
const details = {
  ...score,
  aspects: { technical: 7.4213, aesthetic: null, exposure: 8.1, sharpness: 7.9, composition: 6.2 },
  reasons: ['tilted'],
}
const label = { label: 'kitchen', confidence: 0.956, labels: labelsExample }

function pathsOf(at: 'v2.0' | 'v2.1'): Record<string, Json> {
  const tag = at === 'v2.0' ? 'Version 2.0' : 'Version 2.1 (ours)'
  const told = (summary: string) => ({ tag, summary: at === 'v2.0' ? summary : `${summary} (2.1)` })
  const isOurs = at === 'v2.1'
  const patch = bodyOf(keyPatchSchema, { activated: true })
  return {
    [`/${at}/authenticate`]: {
      post: operation({
        ...told('A session token for name and password, valid for 24 hours'),
        open: true,
        body: bodyOf(credentialsSchema, { username: 'YOUR_USER', password: 'YOUR_PASSWORD' }),
        answer: 'Token',
        example: { id_token: sample.token },
        keep: { token: 'id_token' },
      }),
    },
    [`/${at}/client-key`]: {
      post: operation({
        ...told('Make up to 20 client-keys, one for each end user'),
        description: 'All or none. `send`: the secrets are also mailed to the account’s own address.',
        body: bodyOf(newKeysSchema, { send: false, clients: [{ name: 'Casa Norte', email: 'ana@example.org' }] }),
        answer: ['NewClientKey'],
        example: [{ ...keyExample, secret: sample.clientKey }],
        keep: { id: '0.id', clientKey: '0.secret' },
      }),
      get: operation({
        ...told('The account’s client-keys, newest first'),
        description: '`X-Total-Count` says how many there are.',
        parameters: [
          query('page', 'From 0.', { type: 'integer', minimum: 0, default: 0 }, 0),
          query('size', 'Keys on a page.', { type: 'integer', minimum: 1, maximum: 100, default: 20 }, 20),
        ],
        answer: ['ClientKey'],
        example: [keyExample],
      }),
    },
    [`/${at}/client-key/{id}`]: {
      get: operation({
        ...told('One client-key'),
        parameters: byId,
        answer: 'ClientKey',
        example: keyExample,
        also: [404],
      }),
      put: operation({
        ...told('Switch a client-key on or off, or rename it'),
        parameters: byId,
        body: patch,
        answer: 'ClientKey',
        example: keyExample,
        also: [404],
      }),
      patch: operation({
        ...told('The same as PUT'),
        parameters: byId,
        body: patch,
        answer: 'ClientKey',
        example: keyExample,
        also: [404],
      }),
      delete: operation({ ...told('Delete a client-key for good'), parameters: byId, also: [404] }),
    },
    [`/${at}/score`]: {
      post: operation({
        ...told('The score of a photo'),
        description: `Exactly one of \`image-url\` and \`image-base64\` (with \`ext\`)${isOurs ? ', or `file-id`: a file of the library' : ''}. PNG, JPEG, WebP, HEIC, AVIF. \`X-Model-Version\` names what made the number.`,
        body: bodyOf(imageSchemas[at], { ...key, ...image }),
        answer: isOurs ? 'ScoreDetails' : 'Score',
        example: { id: sample.id, ...(isOurs ? details : score) },
        images: true,
      }),
    },
    [`/${at}/label`]: {
      post: operation({
        ...told('The label of a photo: which of 23 kinds it is'),
        body: bodyOf(imageSchemas[at], { ...key, ...image }),
        answer: 'Label',
        example: { id: sample.id, ...label },
        images: true,
      }),
    },
    [`/${at}/sort`]: {
      post: operation({
        ...told('Photos of a listing in the order to show them'),
        description: isOurs
          ? '`near-duplicate`: items whose identifier is a file of the library stand behind their label when they show what a better one shows.'
          : 'No image is read: what counts is what the request says of them.',
        body: bodyOf(sortSchemas[at], {
          ...key,
          data: [
            { identifier: 'a', label: 'livingroom', score: 6.1 },
            { identifier: 'b', label: 'kitchen', score: 7.4 },
          ],
          preferences: [{ position: 1, label: 'facade' }],
          top: { amount: 3, blacklist: ['plan'] },
        }),
        answer: 'Sorted',
        example: {
          id: sample.id,
          data: [
            { position: 1, identifier: 'b', label: 'kitchen', score: 7.4, top: true },
            { position: 2, identifier: 'a', label: 'livingroom', score: 6.1, top: true },
          ],
        },
      }),
    },
  }
}

const ours = 'Version 2.1 (ours)'
const extensions: Record<string, Json> = {
  '/v2.1/analyze': {
    post: operation({
      tag: ours,
      summary: 'Score and label of a photo at once',
      description: 'One decode; costs one score and one label, and a place in the rate of both.',
      body: bodyOf(imageSchemas['v2.1'], { ...key, ...image }),
      answer: 'Analysis',
      example: { id: sample.id, ...details, ...label },
      images: true,
    }),
  },
  '/v2.1/batch': {
    post: operation({
      tag: ours,
      summary: 'Score and label of up to 50 photos',
      description: 'Each has its own outcome: an analysis, or the status, code and detail of a problem.',
      body: bodyOf(batchSchema, { ...key, images: [image, { 'file-id': sample.fileId }] }),
      answer: 'Batch',
      example: {
        id: sample.id,
        results: [
          { index: 0, status: 200, ...details, ...label },
          {
            index: 1,
            status: 404,
            message: 'error.http.404',
            code: 'file_not_found',
            detail: 'The account has no file with this id in its library.',
          },
        ],
      },
      images: true,
    }),
  },
}
