/**
 * FILM: a film of 100 photos, 960 x 540, with and without ffmpeg, beside what its parts cost alone: decoding the photos, and
 * encoding prepared frames.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { createEngine } from '../../src/adapters/engine/engine.ts'
import type { FilmEncoder, FilmLook } from '../../src/core/processing/film.ts'
import { watchMemory } from '../measure/process-table.ts'
import { interleave, measure, type Rounds, type Sample } from '../measure/rounds.ts'
import { median } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

const run = promisify(execFile)
const size = { width: 960, height: 540 }
const frames = 100
/** Different photos: no frame is like the one before. */
const different = 8

type Source = 'm12' | 'm2'
type Way = `${'ffmpeg' | 'wasm' | 'webp'} ${Source}` | `decoding ${Source}` | 'ffmpeg alone' | 'wasm alone'

export const film: Scenario = {
  id: 'FILM',
  title: 'A film of 100 photos, 960 x 540',
  long: { minutes: 3 },
  async run(context) {
    const photos = { m12: await photosOf(context, 'm12'), m2: await photosOf(context, 'm2') }
    const raw = join(context.folder, 'frames.yuv')
    await writeFrames(photos.m2, raw)
    const films = filmMaker(context)
    context.use(films)
    const version = await films.ffmpeg()
    const contenders: Partial<Record<Way, () => Promise<Sample>>> = {
      'wasm m12': () => films.make('h264', photos.m12),
      'wasm m2': () => films.make('h264', photos.m2),
      'wasm alone': () => wasmAlone(raw),
      'webp m2': () => films.make('webp', photos.m2),
      'decoding m12': () => decodingAlone(photos.m12),
      'decoding m2': () => decodingAlone(photos.m2),
    }
    if (version !== null) {
      contenders['ffmpeg m12'] = () => films.make('x264', photos.m12)
      contenders['ffmpeg m2'] = () => films.make('x264', photos.m2)
      contenders['ffmpeg alone'] = () => ffmpegAlone(raw)
    }
    for (const [name, work] of Object.entries(contenders)) {
      context.say(`${name}: ${Math.round((await work()).wallMs)} ms`)
    }
    const limits = { rounds: context.quick ? 2 : 5, budgetMs: 120_000, cores: context.cores }
    const rounds = await interleave(contenders as Record<Way, () => Promise<Sample>>, limits)
    return { figures: figuresOf(context, rounds), details: { ffmpeg: version, rounds } }
  },
}

/** Parts of a photo, lighter and darker: as of a camera that does not move, on other days. */
async function photosOf({ images, folder }: Context, source: Source): Promise<string[]> {
  const own = join(folder, source)
  await mkdir(own)
  const path = images.path(`${source}.jpg`)
  const { width, height } = await sharp(path).metadata()
  const paths: string[] = []
  for (let index = 0; index < different; index += 1) {
    const to = join(own, `${index}.jpg`)
    const area = { left: (index * 7) % 40, top: (index * 11) % 30, width: width - 40, height: height - 30 }
    const light = 0.9 + ((index * 13) % 20) / 100
    await sharp(path).extract(area).linear(light).jpeg({ quality: 92 }).toFile(to)
    paths.push(to)
  }
  return Array.from({ length: frames }, (_, index) => paths[index % different] ?? '')
}

/** Planes of all frames, of which the luma is the photos': enough for a reference. */
async function writeFrames(photos: readonly string[], to: string): Promise<void> {
  const planes: Buffer[] = []
  for (const path of photos.slice(0, different)) {
    const grey = await sharp(path)
      .resize({ ...size, fit: 'cover' })
      .toColourspace('b-w')
      .raw()
      .toBuffer()
    const yuv = Buffer.alloc((size.width * size.height * 3) / 2, 128)
    for (let pixel = 0; pixel < grey.length; pixel += 1) yuv[pixel] = 16 + (grey[pixel] ?? 0) * 0.86
    planes.push(yuv)
  }
  await writeFile(to, Buffer.concat(photos.map((_, index) => planes[index % different] ?? Buffer.alloc(0))))
}

function filmMaker({ folder }: Context) {
  const engine = createEngine({
    ...{ workers: 1, filmers: 1, queue: 10, memoryBytes: 2e9, childJobs: 500, childBytes: 1e9, idleMs: 60_000 },
    limits: { pixels: 120e6, side: 65_535, frames: 1000, framePixels: 500e6 },
    workDir: folder,
    ffmpeg: 'auto',
  })
  const options = { lane: 'batch', deadlineMs: 60_000 } as const
  return {
    stop: () => engine.close(),
    ffmpeg: async () => (await engine.filmAbilities()).ffmpeg,
    make(encoder: FilmEncoder, photos: readonly string[]): Promise<Sample> {
      return measure([process.pid], async () => {
        const look: FilmLook = { encoder, ...size, fps: 24, fit: 'cover', deflicker: true }
        const [path, posterPath, to] = ['part', 'poster', 'film'].map((name) => join(folder, name)) as [
          string,
          string,
          string,
        ]
        const labels = photos.map(() => '2021-06-01 08:15')
        // Looking costs 10 to 20 ms of a core, and holds up a child's allocations: not often.
        const memory = watchMemory(process.pid, 500)
        const material = {
          photo: async (index: number) => ({ path: photos[index] ?? '', release: () => undefined }),
          ...{ images: [], path, posterPath },
        }
        const segment = { look, labels, lead: 0, tail: 0, poster: frames / 2 }
        await engine.filmSegment(segment, material, options)
        const { size: bytes } = await engine.joinFilm({ look, holdLastMs: 1000 }, [path], { path: to }, options)
        await copyFile(to, join(folder, `${encoder}.film`))
        const peak = memory.stop()
        // Without this process.
        return { bytes, childMb: peak.partsMb.slice(1).reduce((sum, part) => sum + part, 0) }
      })
    },
  }
}

/** The least that sharp takes for the frames, on all cores and nothing else. */
function decodingAlone(photos: readonly string[]): Promise<Sample> {
  return measure([process.pid], async () => {
    const threads = sharp.concurrency()
    sharp.concurrency(1)
    const left = [...photos]
    const decode = async () => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) {
        await sharp(path)
          .resize({ ...size, fit: 'cover' })
          .raw()
          .toBuffer()
      }
    }
    await Promise.all([decode(), decode(), decode()])
    sharp.concurrency(threads)
    return {}
  })
}

function ffmpegAlone(raw: string): Promise<Sample> {
  const from = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${size.width}x${size.height}`, '-r', '24', '-i', raw]
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '22', '-bf', '0', '-threads', '2']
  return measure([process.pid], async () => {
    await run('ffmpeg', ['-v', 'error', ...from, ...codec, '-f', 'null', '-'])
    return {}
  })
}

/** The package as its README shows it, fed with the same planes. */
function wasmAlone(raw: string): Promise<Sample> {
  const script = `
    const { readFileSync } = require('node:fs')
    require('h264-mp4-encoder').createH264MP4Encoder().then((encoder) => {
      Object.assign(encoder, { width: ${size.width}, height: ${size.height}, frameRate: 24, speed: 5, quantizationParameter: 27 })
      encoder.initialize()
      const all = readFileSync(${JSON.stringify(raw)})
      const bytes = ${(size.width * size.height * 3) / 2}
      for (let at = 0; at < all.length; at += bytes) encoder.addFrameYuv(all.subarray(at, at + bytes))
      encoder.finalize()
      process.exit(0)
    })`
  return measure([process.pid], async () => {
    await run(process.execPath, ['-e', script], { cwd: process.cwd() })
    return {}
  })
}

function figuresOf(context: Context, { samples, foreign }: Rounds<Way>): Figure[] {
  const of = (way: Way, field: keyof Sample) => (samples[way] ?? []).map((sample) => sample[field] ?? Number.NaN)
  const has = (way: Way) => (samples[way] ?? []).length > 0
  const seconds = (way: Way) => Math.round(median(of(way, 'wallMs')) / 10) / 100
  const note = (way: Way) => {
    const cpu = Math.round(median(of(way, 'cpuMs')) / 100) / 10
    const [mb, kb] = [Math.round(Math.max(...of(way, 'childMb'))), Math.round(median(of(way, 'bytes')) / 1000)]
    return `${cpu} s of CPU, children ${mb} MB, film ${kb} KB`
  }
  const figures: Figure[] = []
  const goals = { ffmpeg: 5, wasm: 12, webp: undefined }
  for (const way of ['ffmpeg m12', 'ffmpeg m2', 'wasm m12', 'wasm m2', 'webp m2'] as const) {
    if (!has(way)) continue
    const at = goals[way.split(' ')[0] as keyof typeof goals]
    const figure = {
      name: `${way.replace('m12', 'of 12 MP').replace('m2', 'of 2 MP')}`,
      value: seconds(way),
      unit: 's',
    }
    if (at === undefined) figures.push({ ...shown(figure.name, figure.value, 's', note(way)) })
    else {
      const judge = judged(
        context,
        { ...figure, goal: { at: 'most', value: at } },
        { reference: of(way, 'wallMs'), foreign },
      )
      figures.push({ ...judge, note: [judge.note, note(way)].filter(Boolean).join('; ') })
    }
  }
  const cpuNote = (way: Way) => `${Math.round(median(of(way, 'cpuMs')) / 100) / 10} s of CPU`
  for (const way of ['decoding m12', 'decoding m2'] as const) {
    figures.push(shown(`${way.replace(' m', ' alone, of ')} MP`, seconds(way), 's', cpuNote(way)))
  }
  for (const way of ['ffmpeg alone', 'wasm alone'] as const) {
    if (has(way)) figures.push(shown(`${way}, frames prepared`, seconds(way), 's', cpuNote(way)))
  }
  return figures
}
