/** G13: 2-megapixel JPEGs into the library, durable and described when they are answered, beside a raw thumbnail loop. */
import { join } from 'node:path'
import { atOnce } from '../load/at-once.ts'
import { type LibraryApi, libraryApi } from '../load/library-api.ts'
import { startPeer } from '../load/peer.ts'
import { startServer } from '../load/server.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import type { ThumbnailQuestion, ThumbnailReply } from '../peers/thumbnail-loop.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

/** Of the raw loop's thumbnails: what a library shows in its lists. */
const side = 400

export const ingest: Scenario = {
  id: 'G13',
  title: 'Library: upload of 2-megapixel JPEGs with everything read of them, against a raw thumbnail loop',
  async run(context) {
    const { cores, images } = context
    const count = context.quick ? 20 : 60
    const source = images.path('m2.jpg')
    const bytes = await images.bytes('m2.jpg')
    const server = context.use(await startServer({ folder: join(context.folder, 'server') }))
    const api = context.use(libraryApi(server))
    const environment = { UV_THREADPOOL_SIZE: String(cores + 4), MALLOC_ARENA_MAX: '2' }
    const peer = context.use(
      await startPeer<ThumbnailQuestion, ThumbnailReply>('thumbnail-loop', { low: true, environment }),
    )
    const raw = () =>
      measure([peer.pid], async () => ({
        ...(await peer.ask({ sources: Array(count).fill(source), side, inFlight: cores })),
      }))
    const ours = () => measure([server.pid], () => uploadAll(api, bytes, { count, width: cores * 2 }))
    context.say(`${count} x 2 MP`)
    await ours()
    await raw()
    const rounds = await interleave(
      { ours, raw },
      context.quick ? { rounds: 3, budgetMs: 10_000, cores } : { rounds: 7, budgetMs: 60_000, cores },
    )
    return { figures: figuresOf(context, rounds, count), details: { rounds } }
  },
}

async function uploadAll(api: LibraryApi, bytes: Buffer, { count, width }: { count: number; width: number }) {
  await atOnce(count, width, (index) => api.upload(`photo-${index}.jpg`, [bytes]))
  return {}
}

function figuresOf(context: Context, { samples, foreign }: Rounds<'ours' | 'raw'>, count: number): Figure[] {
  const of = (name: 'ours' | 'raw', field: string) => samples[name].map((sample) => sample[field] ?? Number.NaN)
  const perSecond = (name: 'ours' | 'raw') => count / (median(of(name, 'wallMs')) / 1000)
  const goal = { at: 'least', value: 0.85 } as const
  return [
    judged(
      context,
      { name: 'pictures/s / raw loop', value: medianRatio(of('raw', 'wallMs'), of('ours', 'wallMs')), unit: 'x', goal },
      { reference: of('raw', 'wallMs'), foreign },
    ),
    shown('CPU of server and children / raw loop', medianRatio(of('ours', 'cpuMs'), of('raw', 'cpuMs')), 'x'),
    shown('ours', perSecond('ours'), 'pictures/s'),
    shown('raw loop', perSecond('raw'), 'pictures/s', `${side} px WebP, no upload, no database`),
  ]
}
