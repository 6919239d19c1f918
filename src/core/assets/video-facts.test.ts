/** Facts of videos from their headers, sound and hostile. */
import { describe, expect, it } from 'vitest'
import { box, mp4, webm } from '../../../test/support/videos.ts'
import { videoFacts } from './video-facts.ts'

function factsOf(format: string, file: Buffer, asked: number[] = []) {
  return videoFacts(format, file.length, async (at, length) => {
    asked.push(length)
    return file.subarray(at, at + length)
  })
}
const nothing = { width: null, height: null, duration: null, bitRate: null, videoCodec: null, audioCodec: null }

describe('the facts of a video', () => {
  it.each([false, true])('are in the header of an MP4, wherever it stands (at the end: %s)', async (late) => {
    const file = mp4({ late })
    expect(await factsOf('mp4', file)).toEqual({
      width: 1920,
      height: 1080,
      duration: 12.345,
      bitRate: Math.round((file.length * 8) / 12_345),
      videoCodec: 'h264',
      audioCodec: 'aac',
    })
  })

  it('are those of the turned picture, by the codec names people know', async () => {
    expect(await factsOf('mov', mp4({ turned: true, video: 'hvc1', audio: 'sowt' }))).toMatchObject({
      width: 1080,
      height: 1920,
      videoCodec: 'hevc',
      audioCodec: 'pcm',
    })
    expect(await factsOf('mp4', mp4({ video: 'XYZ1' }))).toMatchObject({ videoCodec: 'xyz1' })
  })

  it('are in the header of a WebM', async () => {
    const file = webm()
    expect(await factsOf('webm', file)).toMatchObject({
      width: 640,
      height: 360,
      duration: 4.501,
      videoCodec: 'vp9',
      audioCodec: 'opus',
    })
    expect(await factsOf('mkv', webm({ live: true }))).toMatchObject({ width: 640, duration: null, bitRate: null })
  })

  it('are none in what is no video, or of another format', async () => {
    expect(await factsOf('mp4', Buffer.from('no video at all, only a text'))).toEqual(nothing)
    expect(await factsOf('webm', Buffer.alloc(100))).toEqual(nothing)
    expect(await factsOf('avi', mp4())).toEqual(nothing)
    expect(await factsOf('mp4', Buffer.alloc(0))).toEqual(nothing)
  })
})

describe('a hostile video', () => {
  it('is not read whole, and boxes in boxes are not followed for ever', async () => {
    let nested = box('moov')
    for (let depth = 0; depth < 2000; depth++) nested = box('moov', nested)
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => box('free')))
    for (const file of [nested, many, Buffer.concat([many, mp4()])]) {
      const asked: number[] = []
      await factsOf('mp4', file, asked)
      expect(asked.length).toBeLessThan(300)
      expect(Math.max(...asked)).toBeLessThanOrEqual(8 * 1024 * 1024)
    }
  })

  it('with bytes changed and cut gives facts of the right kinds, or none', async () => {
    let state = 5
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff
      return (state >> 8) % below
    }
    for (let round = 0; round < 1000; round++) {
      const [format, whole] = round % 2 === 0 ? ['mp4', mp4({ late: round % 4 === 0 })] : ['webm', webm()]
      const header = Math.min(whole.length, 900)
      const file = Buffer.from(whole.subarray(0, next(5) === 0 ? next(whole.length) : whole.length))
      for (let change = 0; change <= next(6) && file.length > 0; change++)
        file[next(Math.min(file.length, header))] = next(256)
      const facts = await factsOf(format, file)
      for (const value of [facts.width, facts.height, facts.duration, facts.bitRate]) {
        expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true)
      }
      expect(`${facts.videoCodec}${facts.audioCodec}`).toMatch(/^[\x20-\x7e]{0,64}$/)
    }
  })
})
