/**
 * `POST /v2.1/batch`: score and label of up to 50 pictures (section 11). Each has its own outcome, its own deadline and
 * its own credits; the request takes one place in the buckets of score and of label.
 */
import { z } from 'zod'
import { toDomainError } from '../../core/errors.ts'
import { forEachAtOnce } from '../../core/jobs/at-once.ts'
import { needs } from '../../core/members.ts'
import type { Context, Endpoint } from './endpoint.ts'
import { problemOf } from './errors.ts'
import { clientKeyMember, closed, parseFields } from './fields.ts'
import { checkExt, checkSource, type ImageSource, imageMembers, sourceOf } from './image-fields.ts'
import { labelParts } from './label.ts'
import { reserve, showCredits } from './limits.ts'
import { judgeSource } from './look.ts'
import { scoreParts } from './score.ts'

const mostImages = 50
/** Score and label. */
const costOfOne = 2
/** Pictures of one request at a time: enough that some are fetched while others are looked at. */
const atOnce = 4

const size = `must hold 1 to ${mostImages} items`

export const batchSchema = closed({
  'client-key': clientKeyMember(),
  images: z
    .array(checkExt(closed(imageMembers['v2.1']).superRefine(checkSource('v2.1'))), needs('a list'))
    .min(1, size)
    .max(mostImages, size),
})

/** What one picture came to; like an answer or a problem of its own, without what is the request's. */
async function outcomeOf(context: Context, source: ImageSource, index: number) {
  const { api, session, reply } = context
  try {
    const reservation = await reserve(api, session, costOfOne, reply)
    try {
      const judgement = await judgeSource(context, source)
      await reservation.take()
      return {
        version: judgement.version,
        result: { index, status: 200, ...scoreParts(judgement), ...labelParts(judgement) },
      }
    } catch (error) {
      await reservation.giveBack()
      showCredits(reply, reservation.remaining())
      throw error
    }
  } catch (error) {
    const known = toDomainError(error)
    if (known.code === 'internal') context.request.log.error({ err: known.cause ?? known, index }, 'an image failed')
    const { status, code, detail } = problemOf(known)
    return { result: { index, status, message: `error.http.${status}`, code, detail } }
  }
}

export const batchEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/v2.1/batch',
    body: 'images',
    read(fields) {
      const body = parseFields(batchSchema, fields)
      const sources = body.images.map(sourceOf)
      return {
        clientKey: body['client-key'],
        cost: 0,
        buckets: ['score', 'label'],
        async run(context) {
          const results: unknown[] = []
          let version: string | undefined
          await forEachAtOnce([...sources.entries()], atOnce, async ([index, source]) => {
            // Nobody waits for the others.
            context.signal.throwIfAborted()
            const outcome = await outcomeOf(context, source, index)
            results[index] = outcome.result
            version ??= outcome.version
          })
          if (version !== undefined) context.reply.raw.setHeader('X-Model-Version', version)
          return { id: context.request.id, results }
        },
      }
    },
  },
]
