/** The orders about films, as a child carries them out. */
import type { FilmJoined, FilmSegmentResult } from '../../../../core/ports.ts'
import { deflickerReach, type FilmSegment } from '../../../../core/processing/film.ts'
import { measure } from '../measure.ts'
import type { FilmOrder, JoinOrder, Limits } from '../messages.ts'
import { joinSegments } from './join.ts'
import { readsAtOnce, runSegment, type SegmentWork } from './run-segment.ts'
import { drawWatermark } from './watermark.ts'

const MiB = 1024 * 1024
/** The child itself, an encoder, and photos being decoded at a fraction of their size. */
const base = 120 * MiB
const decoding = 40 * MiB

type Surroundings = Pick<SegmentWork, 'fetch' | 'done'> & {
  limits: Limits
  admit(bytes: number): Promise<void>
}

export async function segment(order: FilmOrder, around: Surroundings): Promise<FilmSegmentResult> {
  const { sink, posterSink, ffmpeg, limits } = { ...order, ...around }
  const atOnce = order.careful ? 1 : readsAtOnce()
  await around.admit(estimate(order.segment, atOnce))
  const { look } = order.segment
  const watermark = look.watermark && (await drawWatermark(look, look.watermark, order.images, limits))
  const { frames, skipped, poster } = await runSegment({
    ...{ segment: order.segment, sink, posterSink, ffmpeg, limits, atOnce, watermark },
    fetch: around.fetch,
    done: around.done,
  })
  return {
    facts: frames === 0 ? null : await measure(sink),
    poster: poster ? await measure(posterSink) : null,
    frames,
    skipped,
  }
}

export async function join({ join: order, segments, sink }: JoinOrder): Promise<FilmJoined> {
  const frames = await joinSegments(order, segments, sink)
  return { ...(await measure(sink)), frames }
}

/** Frames that wait for their neighbours to be measured, those being read, and one in the encoder. */
function estimate({ look: { width, height, deflicker } }: FilmSegment, atOnce: number): number {
  const frames = (deflicker ? deflickerReach + 1 : 1) + atOnce + 3
  return base + atOnce * decoding + frames * width * height * 3
}
