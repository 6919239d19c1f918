/** `POST /v2.0/score` (section 5), `/v2.1/score` with aspects and reasons (section 11). */
import type { ScoreJudgement } from '../../core/vision/judgement.ts'
import type { Endpoint } from './endpoint.ts'
import { clientKeyMember, closed, parseFields } from './fields.ts'
import { checkExt, checkSource, imageMembers, sourceOf } from './image-fields.ts'
import { type Judged, judgeSource } from './look.ts'

const schemaOf = (version: 'v2.0' | 'v2.1') =>
  checkExt(closed({ 'client-key': clientKeyMember(), ...imageMembers[version] }).superRefine(checkSource(version)))

/** Bodies of score and label by version. */
export const imageSchemas = { 'v2.0': schemaOf('v2.0'), 'v2.1': schemaOf('v2.1') }

const round = (value: number) => Math.round(value * 1e4) / 1e4

/** Four decimals everywhere; null where nothing that runs here can say. */
export function scoreParts({ score, aspects, reasons, moderation }: ScoreJudgement & Pick<Judged, 'moderation'>) {
  const { technical, aesthetic, exposure, sharpness, composition } = aspects
  return {
    score: round(score),
    aspects: {
      technical: round(technical),
      aesthetic: aesthetic === null ? null : round(aesthetic),
      exposure: round(exposure),
      sharpness: round(sharpness),
      composition: round(composition),
    },
    reasons: [...reasons],
    ...(moderation !== undefined && { moderation }),
  }
}

const read =
  (version: 'v2.0' | 'v2.1'): Endpoint['read'] =>
  (fields) => {
    const body = parseFields(imageSchemas[version], fields)
    return {
      clientKey: body['client-key'],
      cost: 1,
      buckets: ['score'],
      async run(context) {
        const judgement = await judgeSource(context, sourceOf(body))
        context.reply.raw.setHeader('X-Model-Version', judgement.version)
        const parts = scoreParts(judgement)
        const { id } = context.request
        return version === 'v2.0' ? { id, score: parts.score } : { id, ...parts }
      },
    }
  }

export const scoreEndpoints: Endpoint[] = [
  { method: 'POST', path: '/v2.0/score', body: 'images', read: read('v2.0') },
  { method: 'POST', path: '/v2.1/score', body: 'images', read: read('v2.1') },
]
