/**
 * SITES-ingest: photos of a camera into an installation, durable, described, flagged and with their thumbnail when they are
 * answered, beside raw sharp that makes the same thumbnails of the same files and does nothing else.
 */
import { join } from 'node:path'
import { atOnce } from '../load/at-once.ts'
import { startPeer } from '../load/peer.ts'
import { startServer } from '../load/server.ts'
import { siteKey, sitesApi } from '../load/sites-api.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import type { ThumbnailQuestion, ThumbnailReply } from '../peers/thumbnail-loop.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

/** site-photos-api.md section 6.3 */
const thumb = { side: 320, quality: 72 }
/** What a camera of a building site takes, and what a small one does. */
const sizes = { m12: 'm12.jpg', m2: 'm2.jpg' } as const
type Size = keyof typeof sizes

export const siteIngest: Scenario = {
  id: 'SITES-ingest',
  title: 'Sites: photos with their thumbnails and flags, against raw sharp that makes the thumbnails only',
  async run(context) {
    const { cores, images } = context
    const settings = { BOOTSTRAP_SITE_KEY: siteKey, LIMITS: 'off' }
    const server = context.use(await startServer({ folder: join(context.folder, 'server'), settings }))
    const api = context.use(sitesApi(server))
    const installation = await api.addInstallation()
    const environment = { UV_THREADPOOL_SIZE: String(cores + 4), MALLOC_ARENA_MAX: '2' }
    const peer = context.use(
      await startPeer<ThumbnailQuestion, ThumbnailReply>('thumbnail-loop', { low: true, environment }),
    )
    let sent = 0
    const figures: Figure[] = []
    const details: Record<string, unknown> = {}
    for (const size of Object.keys(sizes) as Size[]) {
      const count = context.quick ? 16 : size === 'm12' ? 40 : 60
      const bytes = await images.bytes(sizes[size])
      const raw = () => {
        const sources = Array(count).fill(images.path(sizes[size]))
        return measure([peer.pid], async () => ({
          ...(await peer.ask({ sources, ...thumb, format: 'jpeg', inFlight: cores })),
        }))
      }
      const ours = () =>
        measure([server.pid], async () => {
          await atOnce(count, cores * 2, async () => {
            sent += 1
            // Behind the end of the picture: decoders stop before it, and no photo is another's duplicate.
            await api.addPhoto(installation, [bytes, Buffer.from(`photo ${sent}`)])
          })
          return {}
        })
      context.say(`${count} x ${sizes[size]}`)
      await ours()
      await raw()
      const budget = context.quick ? { rounds: 3, budgetMs: 10_000, cores } : { rounds: 7, budgetMs: 60_000, cores }
      const rounds = await interleave({ ours, raw }, budget)
      figures.push(...figuresOf(context, size, rounds, count))
      details[size] = rounds
    }
    return { figures, details }
  },
}

function figuresOf(
  context: Context,
  size: Size,
  { samples, foreign }: Rounds<'ours' | 'raw'>,
  count: number,
): Figure[] {
  const of = (name: 'ours' | 'raw', field: string) => samples[name].map((sample) => sample[field] ?? Number.NaN)
  const perSecond = (name: 'ours' | 'raw') => count / (median(of(name, 'wallMs')) / 1000)
  const name = `${sizes[size]}: photos/s / raw thumbnails/s`
  const value = medianRatio(of('raw', 'wallMs'), of('ours', 'wallMs'))
  const steadiness = { reference: of('raw', 'wallMs'), foreign }
  return [
    size === 'm12'
      ? judged(context, { name, value, unit: 'x', goal: { at: 'least', value: 0.85 } }, steadiness)
      : shown(name, value, 'x'),
    shown(
      `${sizes[size]}: CPU of server and children / raw loop`,
      medianRatio(of('ours', 'cpuMs'), of('raw', 'cpuMs')),
      'x',
    ),
    shown(`${sizes[size]}: ours`, perSecond('ours'), 'photos/s'),
    shown(`${sizes[size]}: raw loop`, perSecond('raw'), 'thumbnails/s', '320 px JPEG, no upload, no database'),
  ]
}
