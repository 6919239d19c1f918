/** The reduced intermediate: never-seen small sizes of large pictures, made from it, against sharp on the original. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import sharp from 'sharp'
import { createEngine } from '../../src/adapters/engine/engine.ts'
import type { TransformOrder } from '../../src/core/processing/transformation.ts'
import { reduce } from '../../src/core/renditions/reduced.ts'
import type { RenditionOrder } from '../../src/core/renditions/renditions.ts'
import { atOnce } from '../load/at-once.ts'
import { imageUrls, putFile } from '../load/image-urls.ts'
import { startPeer } from '../load/peer.ts'
import { startServer } from '../load/server.ts'
import { interleave, measure } from '../measure/rounds.ts'
import { medianRatio } from '../measure/statistics.ts'
import type { ConvertQuestion, ConvertReply } from '../peers/convert-loop.ts'
import { type Context, judged, type Scenario, shown } from '../scenario.ts'

const clients = 8
const sizesOfResults = [160, 200, 256, 320, 480, 640]

export const reduced: Scenario = {
  id: 'REDUCED',
  title: 'Sizes up to 640 px of 12-megapixel photos from a reduced intermediate: against raw sharp on the original',
  async run(context) {
    const { cores, images } = context
    const on = context.use(await startServer({ folder: join(context.folder, 'on') }))
    const off = context.use(
      await startServer({ folder: join(context.folder, 'off'), settings: { DELIVERY_REDUCED: 'off' } }),
    )
    const [ours, direct] = [context.use(imageUrls(on.port, clients)), context.use(imageUrls(off.port, clients))]
    const bytes = await images.bytes('m12.jpg')
    const environment = { UV_THREADPOOL_SIZE: String(cores + 4), MALLOC_ARENA_MAX: '2' }
    const raw = context.use(await startPeer<ConvertQuestion, ConvertReply>('convert-loop', { low: true, environment }))
    const count = context.quick ? 20 : 60
    const widths = Array.from({ length: count }, (_, index) => 640 - index * Math.floor(480 / count))
    const runOurs = async (round: number) => {
      const name = `m12-${round + 1}.jpg`
      await putFile(on, name, bytes)
      // The first one makes the intermediate.
      await ours.get(`/default/tr:w-641,f-jpg/${name}`)
      await ours.get(`/default/tr:w-150,f-jpg/${name}`)
      return measure([on.pid], async () => {
        await atOnce(count, clients, (index) => ours.get(`/default/tr:w-${widths[index]},f-jpg/${name}`))
        return {}
      })
    }
    const runRaw = () =>
      measure([raw.pid], async () => ({
        ...(await raw.ask({ source: images.path('m12.jpg'), widths, format: 'jpeg', inFlight: cores })),
      }))
    await runOurs(-1)
    await runRaw()
    const limits = context.quick ? { rounds: 2, budgetMs: 8000 } : { rounds: 5, budgetMs: 45_000 }
    const { samples, foreign } = await interleave({ ours: runOurs, raw: runRaw }, { ...limits, cores })
    const of = (name: 'ours' | 'raw', field: string) => samples[name].map((sample) => sample[field] ?? Number.NaN)
    const photos = await photosOf(context)
    const kept = await fidelity(context, photos)
    const { written, alone } = await asWritten({ on, off, ours, direct }, photos)
    return {
      figures: [
        judged(
          context,
          {
            name: 'CPU / raw sharp',
            value: medianRatio(of('ours', 'cpuMs'), of('raw', 'cpuMs')),
            unit: 'x',
            goal: { at: 'most', value: 0.45 },
          },
          { reference: of('raw', 'cpuMs') },
        ),
        shown(
          'pictures/s / raw sharp',
          medianRatio(of('raw', 'wallMs'), of('ours', 'wallMs')),
          'x',
          foreign > 0.2 ? 'noisy' : '',
        ),
        judged(context, {
          name: `lowest PSNR against the direct result, ${photos.length} photos`,
          value: kept.psnr,
          unit: 'dB',
          goal: { at: 'least', value: 42 },
        }),
        judged(context, {
          name: 'largest intermediate / original',
          value: kept.share,
          unit: 'x',
          goal: { at: 'most', value: 0.15 },
        }),
        shown('lowest PSNR of two JPEGs q90', written, 'dB', `writing one alone: ${alone.toFixed(1)} dB`),
      ],
      details: { samples },
    }
  },
}

type Server = Awaited<ReturnType<typeof startServer>>
type Client = ReturnType<typeof imageUrls>

/** The standard picture, and quarters of it blown up to 12 MP. */
async function photosOf({ images }: Context): Promise<Buffer[]> {
  const whole = await readFile(images.path('m12.jpg'))
  const photos = [whole]
  for (const [left, top] of [
    [0, 0],
    [2000, 0],
    [0, 1500],
  ] as const) {
    const image = sharp(whole).extract({ left, top, width: 2000, height: 1500 }).resize(4000, 3000)
    photos.push(await image.jpeg({ quality: 90 }).toBuffer())
  }
  return photos
}

/**
 * What the intermediate does to pictures, before they are written: by the server's own orders, run by its engine, written
 * without loss. Written as JPEG both would be compared by their rounding: see `asWritten`.
 */
async function fidelity(context: Context, photos: readonly Buffer[]) {
  const workDir = join(context.folder, 'engine')
  const limits = { pixels: 120_000_000, side: 65_535, frames: 100, framePixels: 500_000_000 }
  const sizes = { memoryBytes: 2 ** 30, childJobs: 1000, childBytes: 2 ** 30, idleMs: 60_000 }
  const engine = createEngine({ workers: 1, queue: 10, ...sizes, limits, workDir })
  const run = async (source: Buffer, transform: TransformOrder) => {
    const pieces: Buffer[] = []
    const stream = new Writable({ write: (piece, _encoding, done) => done(void pieces.push(piece)) })
    const sources = [{ stream: Readable.from([source], { objectMode: false }) }]
    const job = { sources, operations: { transform }, output: { format: 'same' as const }, tolerant: false }
    await engine.run(job, { stream }, { lane: 'batch', deadlineMs: 60_000 })
    return Buffer.concat(pieces)
  }
  try {
    let psnr = Number.POSITIVE_INFINITY
    let share = 0
    for (const photo of photos) {
      const { width = 0, height = 0 } = await sharp(photo).metadata()
      for (const side of sizesOfResults) {
        const order: RenditionOrder = {
          project: 'bench',
          source: 'bench',
          picture: { format: 'jpg', width, height, opaque: true },
          transform: { parts: [{ type: 'step', width: side }], images: [], fonts: [], accepts: [] },
          images: [],
          fonts: [],
        }
        const reduction = reduce(order)
        if (reduction === undefined) throw new Error(`${side} pixels are not made from an intermediate`)
        const base = await run(photo, reduction.intermediate.transform)
        share = Math.max(share, base.length / photo.length)
        const [small, direct] = [
          await run(base, lossless(reduction.order.transform)),
          await run(photo, lossless(order.transform)),
        ]
        psnr = Math.min(psnr, await psnrOf(small, direct))
      }
    }
    return { psnr, share }
  } finally {
    await engine.close()
  }
}

const lossless = (transform: TransformOrder): TransformOrder => ({
  ...transform,
  parts: transform.parts.map((part) => (part.type === 'step' ? { ...part, output: { format: 'png' } } : part)),
})

/**
 * Both servers' pictures at the highest quality that the intermediate is used for, and, for comparison, what writing as
 * that JPEG alone does to the direct picture.
 */
async function asWritten(
  { on, off, ours, direct }: { on: Server; off: Server; ours: Client; direct: Client },
  photos: readonly Buffer[],
) {
  let [written, alone] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const [index, photo] of photos.entries()) {
    const name = `photo-${index}.jpg`
    for (const server of [on, off]) await putFile(server, name, photo)
    await ours.get(`/default/tr:w-200,f-jpg/${name}`)
    for (const width of sizesOfResults) {
      const path = `/default/tr:w-${width},f-jpg,q-90/${name}`
      const [a, b] = await Promise.all([ours.get(path), direct.get(path)])
      written = Math.min(written, await psnrOf(a.body, b.body))
      const exact = await direct.get(`/default/tr:w-${width},f-png/${name}`)
      alone = Math.min(alone, await psnrOf(b.body, exact.body))
    }
  }
  return { written, alone }
}

async function psnrOf(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).removeAlpha().raw().toBuffer()))
  if (a === undefined || b === undefined || a.length !== b.length) throw new Error('the two pictures differ in size')
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2
  return sum === 0 ? 99 : 10 * Math.log10(255 ** 2 / (sum / a.length))
}
