/** Looks at a picture and judges it, within the deadline of accepted work (section 8: 415, 400, 413, 504). */
import { DomainError } from '../../core/errors.ts'
import type { Sight } from '../../core/processing/sight.ts'
import type { Judgement } from '../../core/vision/judgement.ts'
import { type Moderation, moderationOf } from '../../core/vision/moderation.ts'
import type { Context, ScoringApi } from './endpoint.ts'
import type { ImageSource } from './image-fields.ts'
import { type Picture, pictureOf, requireFormat } from './picture.ts'

const minSide = 16

/** A judgement, and whether the picture is fit for everybody: where a moderation model is switched on. */
export interface Judged extends Judgement {
  moderation?: Moderation
}

/** Fetches, looks and judges; when time is up, all of it ends. @throws DomainError as section 8 says from 400 on */
export async function judgeSource(
  context: Pick<Context, 'api' | 'session' | 'signal'>,
  source: ImageSource,
): Promise<Judged> {
  const { api, session } = context
  const { id, settings } = session.project
  const { sight } = await seeSource(context, source)
  const moderation = moderationOf(sight, settings.scoring.moderationThreshold)
  const judgement = api.vision.judge(sight, await api.vision.headsOf(id))
  return { ...judgement, ...(moderation !== undefined && { moderation }) }
}

/** The same without a judgement. `key`: the same for the same bytes. */
export async function seeSource(
  { api, session, signal }: Pick<Context, 'api' | 'session' | 'signal'>,
  source: ImageSource,
): Promise<{ sight: Sight; key: string }> {
  return withinDeadline(api.deadlineMs, signal, async (either) => {
    const picture = await pictureOf(api, session.project, source, either)
    try {
      requireFormat(picture)
      return { sight: await seePicture(api, picture, either), key: picture.key }
    } finally {
      await picture.discard()
    }
  })
}

/** The same bytes at the same time are looked at once. */
async function seePicture(api: ScoringApi, picture: Picture, signal: AbortSignal): Promise<Sight> {
  const { deadlineMs, vision } = api
  const sight = await api.looks.join(picture.key, signal, async (ended) => {
    const opened = await picture.open()
    try {
      return await vision.look(opened.source, { lane: 'interactive', deadlineMs, signal: ended })
    } finally {
      await opened.end()
    }
  })
  const { width, height } = sight
  if (Math.min(width, height) >= minSide) return sight
  throw new DomainError('invalid', `The image has ${width} x ${height} pixels; each side needs at least ${minSide}.`, {
    extra: { code: 'image_too_small' },
  })
}

/** Runs `work` with a signal that is aborted when the client goes, or when time is up. @throws DomainError timed_out */
async function withinDeadline<T>(
  deadlineMs: number,
  client: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(tooLate(deadlineMs)), deadlineMs)
  try {
    return await work(AbortSignal.any([client, late.signal]))
  } catch (error) {
    if (late.signal.aborted && !client.aborted) throw tooLate(deadlineMs, error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const tooLate = (deadlineMs: number, cause?: unknown) =>
  new DomainError('timed_out', `The image was not done within ${deadlineMs / 1000} s. Try again.`, { cause })
