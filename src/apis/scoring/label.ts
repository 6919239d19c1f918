/** `POST /v2.0/label` and `/v2.1/label` (section 6). */
import type { LabelJudgement } from '../../core/vision/judgement.ts'
import type { Endpoint } from './endpoint.ts'
import { parseFields } from './fields.ts'
import { sourceOf } from './image-fields.ts'
import { judgeSource } from './look.ts'
import { imageSchemas } from './score.ts'

const round = (value: number) => Math.round(value * 1e4) / 1e4

export function labelParts({ label, confidence, labels }: LabelJudgement) {
  return {
    label,
    confidence: round(confidence),
    labels: labels.map((each) => ({ id: each.id, label: each.label, confidence: round(each.confidence) })),
  }
}

const read =
  (version: 'v2.0' | 'v2.1'): Endpoint['read'] =>
  (fields) => {
    const body = parseFields(imageSchemas[version], fields)
    return {
      clientKey: body['client-key'],
      cost: 1,
      buckets: ['label'],
      async run(context) {
        const judgement = await judgeSource(context, sourceOf(body))
        context.reply.raw.setHeader('X-Model-Version', judgement.version)
        return { id: context.request.id, ...labelParts(judgement) }
      },
    }
  }

export const labelEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v2.0/label', body: 'images', read: read('v2.0') },
  { method: 'POST', path: '/v2.1/label', body: 'images', read: read('v2.1') },
]
