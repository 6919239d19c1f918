/** The part of the document about heads. */
import { z } from 'zod'
import { type Json, pathParameter } from '../../http/openapi.ts'
import { headPatchSchema, newHeadSchema } from './heads.ts'
import { operation } from './openapi-parts.ts'

const tag = 'Version 2.1 (ours)'
const headId = 'hd_01JD3Z7M5T2R8Q4W6Y9X1C0V3B'
const byId = [pathParameter('id', 'Of the head, as its creation answered it', { example: headId })]

function bodyOf(schema: z.ZodType, example: Json) {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
  return { schema: rest, example }
}

const head: Json = {
  id: headId,
  kind: 'labels',
  version: 1,
  status: 'ready',
  active: true,
  labels: ['kitchen', 'pool'],
  models: ['centernet-384@0a1b2c3d'],
  metrics: {
    examples: { kitchen: 6, pool: 6 },
    folds: 5,
    accuracy: 1,
    ece: 0.04,
    confusion: [
      [6, 0],
      [0, 6],
    ],
    decay: 0.01,
  },
  created: '2026-11-23T12:00:00.000Z',
}
const about =
  'Labels learn from at least 5 pictures of each of at least 2 labels (`file-id`, `folder`, `tag`, or images in the request), taste from at least 10 pairs. The answer says by cross-validation how good the head is. `training`: pictures have to be looked at first; ask again. `use` switches it on when it is ready.'

export const headPaths: Record<string, Json> = {
  '/v2.1/heads': {
    post: operation({
      tag,
      summary: 'Teach labels or a taste by examples',
      description: about,
      body: bodyOf(newHeadSchema, {
        kind: 'labels',
        use: true,
        examples: [
          { label: 'kitchen', folder: '/examples/kitchens' },
          { label: 'pool', tag: 'pool' },
        ],
      }),
      answer: 'Head',
      example: head,
      images: true,
      keep: { headId: 'id' },
    }),
    get: operation({ tag, summary: 'The account’s heads, newest first', answer: ['Head'], example: [head] }),
  },
  '/v2.1/heads/{id}': {
    get: operation({ tag, summary: 'One head', parameters: byId, answer: 'Head', example: head, also: [404] }),
    put: operation({
      tag,
      summary: 'Switch a head on, and the other of its kind off; or this one off',
      parameters: byId,
      body: bodyOf(headPatchSchema, { active: true }),
      answer: 'Head',
      example: head,
      also: [404],
    }),
    delete: operation({ tag, summary: 'Delete a head for good', parameters: byId, also: [404] }),
  },
}
