/**
 * One segment of a film: photos are read some ahead, a few at the same time, measured, brought to the brightness of their
 * neighbours, stamped and encoded in order. What cannot be read is left out.
 */
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { DomainError } from '../../../../core/errors.ts'
import { deflickerReach, type FilmSegment } from '../../../../core/processing/film.ts'
import { breaksChild, decodeFailure } from '../failures.ts'
import type { Limits } from '../messages.ts'
import type { Pixels } from '../pixels.ts'
import { gainOf } from './deflicker.ts'
import { type FrameEncoder, openEncoder } from './encoder.ts'
import { writePackets } from './packets.ts'
import { brightness, fromRgb, multiply, type Rgb, readFrame } from './rgb.ts'
import { drawStamp, layOver, layStamp, type Stamp } from './stamp.ts'

export interface SegmentWork {
  segment: FilmSegment
  sink: string
  posterSink: string
  ffmpeg: string | undefined
  limits: Limits
  /** Photos read at the same time. */
  atOnce: number
  watermark: Pixels | undefined
  /** The photo as a file; null: there is none any more. */
  fetch(index: number): Promise<string | null>
  /** The photo has become a frame, or will not. */
  done(index: number): void
}

export interface SegmentResult {
  frames: number
  /** Photos that could not be read, by index. */
  skipped: number[]
  poster: boolean
}

interface Read {
  index: number
  mean: number
  /** Null: only measured. */
  frame: Rgb | null
  stamp: Stamp | undefined
}

/** Sides that a photo is measured at, as a share. */
const measured = 1 / 8

export const readsAtOnce = () => Math.min(3, availableParallelism() + 1)

/** @throws DomainError internal: the encoder failed */
export async function runSegment(work: SegmentWork): Promise<SegmentResult> {
  const { segment, ffmpeg } = work
  const { look } = segment
  const out = await writePackets(work.sink)
  const skipped: number[] = []
  let poster: Buffer | undefined
  let last: Rgb | undefined
  let encoder: FrameEncoder | undefined
  try {
    const emit = async ({ index, frame, stamp }: Read, gain: number) => {
      if (frame === null) return
      multiply(frame, gain)
      if (work.watermark !== undefined) layOver(frame, work.watermark)
      if (stamp !== undefined) layStamp(frame, stamp)
      encoder ??= await openEncoder({ look, out, ffmpeg })
      await encoder.add(frame)
      last = frame
      if (segment.poster !== null && poster === undefined && index >= segment.poster) poster = await toJpeg(frame)
    }
    try {
      const reach = look.deflicker ? deflickerReach : 0
      const window: Read[] = []
      const means: number[] = []
      let next = 0
      const flush = async (end: number) => {
        for (; next < end; next++) {
          const read = window.shift()
          if (read !== undefined) await emit(read, look.deflicker ? gainOf(means, next) : 1)
        }
      }
      for await (const read of readAhead(work, skipped)) {
        window.push(read)
        means.push(read.mean)
        await flush(means.length - reach)
      }
      await flush(means.length)
      await encoder?.finish()
    } finally {
      encoder?.stop()
    }
  } finally {
    await out.close()
  }
  if (segment.poster !== null && poster === undefined && last !== undefined) poster = await toJpeg(last)
  if (poster !== undefined) await writeFile(work.posterSink, poster)
  return { frames: out.packets, skipped: skipped.sort((one, two) => one - two), poster: poster !== undefined }
}

const toJpeg = (frame: Rgb) => fromRgb(frame).jpeg({ quality: 85 }).toBuffer()

/** The photos that can be read, in order. */
async function* readAhead(work: SegmentWork, skipped: number[]): AsyncGenerator<Read> {
  const count = work.segment.labels.length
  const running: Promise<Read | undefined>[] = []
  for (let index = 0; index < count || running.length > 0; ) {
    while (index < count && running.length < work.atOnce) {
      const reading = read(work, index, skipped)
      // It is awaited when its turn comes.
      reading.catch(() => undefined)
      running.push(reading)
      index += 1
    }
    const first = await running.shift()
    if (first !== undefined) yield first
  }
}

async function read(work: SegmentWork, index: number, skipped: number[]): Promise<Read | undefined> {
  const { look, labels, lead, tail } = work.segment
  const neighbour = index < lead || index >= labels.length - tail
  const even = (side: number) => Math.max(2, Math.round((side * measured) / 2) * 2)
  const size = neighbour ? { width: even(look.width), height: even(look.height) } : look
  try {
    const path = await work.fetch(index)
    if (path === null) throw new DomainError('not_found', 'The photo is gone.')
    const { width, height } = size
    const frame = await readFrame(path, { width, height, fit: look.fit, limits: work.limits })
    const label = neighbour ? null : labels[index]
    const stamp = label == null ? undefined : await drawStamp(label, look, look.stampAt ?? 'bottom_left')
    return { index, mean: brightness(frame), frame: neighbour ? null : frame, stamp }
  } catch (error) {
    const failure = decodeFailure(error)
    // A decoder that broke inside may have spoiled its memory; and what is no picture's fault is nobody's to skip.
    if (breaksChild(error) || failure.code === 'internal') {
      throw new DomainError(failure.code, failure.message, { param: `frames[${index}]`, cause: failure.cause })
    }
    skipped.push(index)
    return undefined
  } finally {
    work.done(index)
  }
}
