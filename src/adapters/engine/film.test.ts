/** Films by real children, with and without ffmpeg; needs dist/ (`npm test` builds it) and an ffmpeg on the PATH. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demux, framesOf, pixelOf, probe, withoutFfmpeg } from '../../../test/support/films.ts'
import type { FilmMaterial, FilmOptions, ImageEngine } from '../../core/ports.ts'
import type { FilmEncoder, FilmLook } from '../../core/processing/film.ts'
import { createEngine } from './engine.ts'

const folder = mkdtempSync(join(tmpdir(), 'imagestead-film-'))
const engineOf = (ffmpeg: string) =>
  createEngine({
    ...{ workers: 1, queue: 10, memoryBytes: 2e9, childJobs: 100, childBytes: 1e9, idleMs: 60_000 },
    limits: { pixels: 120e6, side: 65_535, frames: 1000, framePixels: 500e6 },
    workDir: folder,
    ffmpeg,
  })
const engine = engineOf('auto')
const plain = engineOf('off')
const size = { width: 160, height: 90 }
const photos = Array.from({ length: 12 }, (_, index) => join(folder, `${index}.jpg`))
/** Sides and middle of a photo: the middle's blue tells which one it is. */
const blueOf = (index: number) => 20 + index * 18

beforeAll(async () => {
  for (const [index, path] of photos.entries()) {
    const middle = await sharp({
      create: { width: 200, height: 300, channels: 3, background: { r: 60, g: 120, b: blueOf(index) } },
    })
      .png()
      .toBuffer()
    await sharp({ create: { width: 400, height: 300, channels: 3, background: '#c03020' } })
      .composite([{ input: middle, left: 100, top: 0 }])
      .jpeg({ quality: 95 })
      .toFile(path)
  }
})
afterAll(async () => {
  await Promise.all([engine.close(), plain.close()])
  rmSync(folder, { recursive: true, force: true })
})

const options: FilmOptions = { lane: 'batch', deadlineMs: 30_000 }
let files = 0
const fresh = () => join(folder, `made-${files++}`)

interface Wishes {
  by?: ImageEngine
  look?: Partial<FilmLook>
  paths?: readonly (string | null)[]
  labels?: readonly (string | null)[]
  /** Photos of each segment. */
  segments?: number
  holdLastMs?: number
  filmOptions?: Partial<FilmOptions>
}

/** A film as the core makes one; its path. */
async function film(encoder: FilmEncoder, wishes: Wishes = {}) {
  const { by = engine, paths = photos, segments = paths.length, holdLastMs = 0, filmOptions = {} } = wishes
  const look: FilmLook = { encoder, ...size, fps: 10, fit: 'cover', deflicker: false, ...wishes.look }
  const parts: string[] = []
  const skipped: number[] = []
  let released = 0
  const release = () => {
    released += 1
  }
  let poster: string | undefined
  for (let from = 0; from < paths.length; from += segments) {
    const some = paths.slice(from, from + segments)
    const material: FilmMaterial = {
      photo: async (index) => {
        const path = some[index]
        return path == null ? undefined : { path, release }
      },
      images: [],
      path: fresh(),
      posterPath: fresh(),
    }
    const labels = some.map((_, index) => wishes.labels?.[from + index] ?? null)
    const segment = { look, labels, lead: 0, tail: 0, poster: from === 0 ? 3 : null }
    const result = await by.filmSegment(segment, material, { ...options, ...filmOptions })
    if (result.facts !== null) parts.push(material.path)
    if (result.poster !== null) poster = material.posterPath
    skipped.push(...result.skipped.map((index) => from + index))
  }
  const path = fresh()
  const joined = await by.joinFilm({ look, holdLastMs }, parts, { path }, options)
  expect(joined.size).toBe(readFileSync(path).length)
  return { path, frames: joined.frames, skipped, released, poster }
}

describe.skipIf(withoutFfmpeg).each([
  ['with ffmpeg', 'x264', engine],
  ['without ffmpeg', 'h264', plain],
] as const)('MP4 %s', (_name, encoder, by) => {
  it('opens in a demuxer with every frame, its size and its times, in segments or in one', async () => {
    expect((await by.filmAbilities()).encoders.mp4).toBe(encoder)
    for (const segments of [12, 5]) {
      const made = await film(encoder, { by, segments, holdLastMs: 1500 })
      expect(made).toMatchObject({ frames: 12, skipped: [], released: 12 })
      const seen = await demux(readFileSync(made.path))
      expect(seen).toMatchObject({ ...size, frames: 12, durationMs: 2700, startsAtOnce: true })
      expect(seen.codec).toMatch(/^avc1\./)
      expect(seen.shown).toEqual([...Array(11).fill(100), 1600])
      expect(seen.keys).toEqual(segments === 12 ? [0] : [0, 5, 10])
      expect(probe(made.path)).toEqual({ codec: 'h264', ...size, frames: 12, seconds: 2.7, colours: 'bt709' })
    }
  })

  it('shows the photos in order and in their colours', async () => {
    const made = await film(encoder, { by, segments: 7 })
    for (const [index, frame] of framesOf(made.path, size).entries()) {
      const [red, green, blue] = pixelOf(frame, size.width, 80, 45)
      expect(Math.abs(red - 60)).toBeLessThan(10)
      expect(Math.abs(green - 120)).toBeLessThan(10)
      expect(Math.abs(blue - blueOf(index))).toBeLessThan(12)
      expect(pixelOf(frame, size.width, 10, 45)[0]).toBeGreaterThan(175)
    }
    expect(await sharp(made.poster).metadata()).toMatchObject({ format: 'jpeg', ...size })
  })
})

it.skipIf(withoutFfmpeg)('WebM: VP9 with its index before the pictures', async () => {
  const made = await film('vp9', { segments: 5, holdLastMs: 500 })
  expect(probe(made.path)).toEqual({ codec: 'vp9', ...size, frames: 12, seconds: 1.7, colours: 'bt709' })
  const [red, , blue] = pixelOf(framesOf(made.path, size)[8] ?? Buffer.alloc(0), size.width, 80, 45)
  expect(Math.abs(red - 60)).toBeLessThan(12)
  expect(Math.abs(blue - blueOf(8))).toBeLessThan(12)
})

it.each(['webp', 'gif'] as const)('animated %s: every frame with its time', async (encoder) => {
  const made = await film(encoder, { by: plain, segments: 5, holdLastMs: 1000, look: { fps: 12 } })
  const { pages, delay = [], loop, width, pageHeight } = await sharp(made.path, { pages: -1 }).metadata()
  expect({ pages, loop, width, pageHeight }).toEqual({ pages: 12, loop: 0, width: 160, pageHeight: 90 })
  expect(delay.reduce((sum, one) => sum + one, 0)).toBe(2000)
  expect(delay.slice(0, 3)).toEqual(encoder === 'webp' ? [83, 84, 83] : [80, 90, 80])
  const pixels = await sharp(made.path, { page: 9 }).removeAlpha().raw().toBuffer()
  expect(Math.abs((pixelOf(pixels, 160, 80, 45)[2] ?? 0) - blueOf(9))).toBeLessThan(14)
})

it('leaves out what is damaged or gone, and says so', async () => {
  const broken = join(folder, 'broken.jpg')
  writeFileSync(broken, readFileSync(photos[0] ?? '').subarray(0, 300))
  const paths = [broken, photos[1] ?? '', null, photos[3] ?? '', photos[4] ?? '']
  const made = await film('h264', { by: plain, paths })
  expect(made).toMatchObject({ frames: 3, skipped: [0, 2] })
  const nothing: FilmMaterial = { photo: async () => undefined, images: [], path: fresh(), posterPath: fresh() }
  const look: FilmLook = { encoder: 'h264', ...size, fps: 10, fit: 'cover', deflicker: true }
  const segment = { look, labels: [null, null], lead: 0, tail: 0, poster: 0 }
  expect(await plain.filmSegment(segment, nothing, options)).toEqual({
    facts: null,
    poster: null,
    frames: 0,
    skipped: [0, 1],
  })
  expect(existsSync(nothing.path)).toBe(false)
})

it.skipIf(withoutFfmpeg)('photos of any shape and direction become frames of one size', async () => {
  const tall = join(folder, 'tall.jpg')
  await sharp(photos[5]).rotate(90).jpeg().withMetadata({ orientation: 8 }).toFile(tall)
  const [cover, contain] = [
    await film('x264', { paths: [tall, tall] }),
    await film('x264', { paths: [tall, tall], look: { fit: 'contain' } }),
  ]
  const [covered] = framesOf(cover.path, size)
  expect(pixelOf(covered ?? Buffer.alloc(0), 160, 5, 45)[0]).toBeGreaterThan(170)
  expect(Math.abs(pixelOf(covered ?? Buffer.alloc(0), 160, 80, 45)[2] - blueOf(5))).toBeLessThan(12)
  const [contained] = framesOf(contain.path, size)
  expect(Math.max(...pixelOf(contained ?? Buffer.alloc(0), 160, 5, 45))).toBeLessThan(12)
  expect(pixelOf(contained ?? Buffer.alloc(0), 160, 30, 45)[0]).toBeGreaterThan(170)
})

it.skipIf(withoutFfmpeg)('dates stand in a corner, light on dark whatever is behind them', async () => {
  const white = join(folder, 'white.png')
  const sides = { width: 320, height: 180 }
  await sharp({ create: { ...sides, channels: 3, background: '#ffffff' } })
    .png()
    .toFile(white)
  const labels = ['2021-06-01 08:15', '2021-06-01 09:15']
  const made = await film('x264', { paths: [white, white], labels, look: sides })
  const [frame = Buffer.alloc(0)] = framesOf(made.path, sides)
  const corner = await sharp(frame, { raw: { ...sides, channels: 3 } })
    .extract({ left: 8, top: 150, width: 100, height: 22 })
    .stats()
  const [red] = corner.channels
  expect(red?.min).toBeLessThan(150)
  expect(red?.max).toBeGreaterThan(220)
  expect(pixelOf(frame, 320, 310, 170)[0]).toBeGreaterThan(245)
})

it.skipIf(withoutFfmpeg)('deflicker: brightness varies far less, and nights stay dark', async () => {
  const paths: string[] = []
  for (let index = 0; index < 24; index++) {
    const path = join(folder, `flicker-${index}.png`)
    const level = index >= 18 ? 6 : 110 + (index % 2 === 0 ? 16 : -16) + index
    await sharp({ create: { ...size, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toFile(path)
    paths.push(path)
  }
  const levels = async (deflicker: boolean) => {
    const made = await film('x264', { paths, look: { deflicker } })
    return framesOf(made.path, size).map((frame) => pixelOf(frame, 160, 80, 45)[1])
  }
  const roughness = (values: number[]) =>
    values.slice(0, 17).reduce((sum, value, index) => sum + Math.abs((values[index + 1] ?? value) - value), 0) / 17
  const [before, after] = [await levels(false), await levels(true)]
  expect(roughness(before.slice(0, 18))).toBeGreaterThan(25)
  expect(roughness(after.slice(0, 18))).toBeLessThan(8)
  expect(Math.max(...after.slice(18))).toBeLessThan(12)
})

it('ends when it is cancelled, and tells how far it is', async () => {
  const abort = new AbortController()
  const seen: number[] = []
  const cancelled = film('h264', {
    by: plain,
    paths: Array.from({ length: 60 }, () => photos[0] ?? ''),
    filmOptions: {
      signal: abort.signal,
      onProgress: (done) => {
        seen.push(done)
        if (done === 5) abort.abort()
      },
    },
  })
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
  expect(seen.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
})

it('the time is for each photo, and the one that takes longer is named', async () => {
  const material: FilmMaterial = {
    photo: async (index) => (index < 3 ? { path: photos[index] ?? '', release() {} } : new Promise(() => undefined)),
    images: [],
    path: fresh(),
    posterPath: fresh(),
  }
  const look: FilmLook = { encoder: 'h264', ...size, fps: 10, fit: 'cover', deflicker: false }
  const segment = { look, labels: Array(6).fill(null), lead: 0, tail: 0, poster: null }
  const late = plain.filmSegment(segment, material, { ...options, deadlineMs: 1500, careful: true })
  await expect(late).rejects.toMatchObject({ code: 'timed_out', param: 'frames[3]' })
})
