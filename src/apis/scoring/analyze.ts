/** `POST /v2.1/analyze`: score and label of one picture, by one look at it (section 11). */
import type { Endpoint } from './endpoint.ts'
import { parseFields } from './fields.ts'
import { sourceOf } from './image-fields.ts'
import { labelParts } from './label.ts'
import { judgeSource } from './look.ts'
import { imageSchemas, scoreParts } from './score.ts'

export const analyzeEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/v2.1/analyze',
    body: 'images',
    read(fields) {
      const body = parseFields(imageSchemas['v2.1'], fields)
      return {
        clientKey: body['client-key'],
        cost: 2,
        buckets: ['score', 'label'],
        async run(context) {
          const judgement = await judgeSource(context, sourceOf(body))
          context.reply.raw.setHeader('X-Model-Version', judgement.version)
          return { id: context.request.id, ...scoreParts(judgement), ...labelParts(judgement) }
        },
      }
    },
  },
]
