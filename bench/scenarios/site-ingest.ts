/**
 * SITES-ingest: photos of a camera into an installation, durable, described, flagged and with their thumbnail when they are
 * answered. Judged against a bare server that receives, hashes, writes and syncs the same photos and makes the same
 * thumbnails: what no server can do without. Shown beside it: raw sharp that makes the thumbnails of files that are there,
 * which receives, hashes and writes none of the 5 MB of a photo.
 */
import { mkdir } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { atOnce } from '../load/at-once.ts'
import { startPeer } from '../load/peer.ts'
import { removeFiles } from '../load/remove-files.ts'
import { startServer } from '../load/server.ts'
import { siteKey, sitesApi } from '../load/sites-api.ts'
import { send } from '../load/tasks-api.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import type { ThumbnailQuestion, ThumbnailReply } from '../peers/thumbnail-loop.ts'
import type { ThumbnailServerQuestion } from '../peers/thumbnail-server.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

/** site-photos-api.md section 6.3 */
const thumb = { side: 320, quality: 72 }
/** What a camera of a building site takes, and what a small one does. */
const sizes = { m12: 'm12.jpg', m2: 'm2.jpg' } as const
type Size = keyof typeof sizes

export const siteIngest: Scenario = {
  id: 'SITES-ingest',
  title:
    'Sites: photos with their thumbnails and flags, against a bare server that keeps them and makes the thumbnails',
  async run(context) {
    const { cores, images } = context
    const settings = { BOOTSTRAP_SITE_KEY: siteKey, LIMITS: 'off' }
    const folder = join(context.folder, 'server')
    const server = context.use(await startServer({ folder, settings }))
    const api = context.use(sitesApi(server))
    const installation = await api.addInstallation()
    const environment = { UV_THREADPOOL_SIZE: String(cores + 4), MALLOC_ARENA_MAX: '2' }
    const peer = context.use(
      await startPeer<ThumbnailQuestion, ThumbnailReply>('thumbnail-loop', { low: true, environment }),
    )
    const bareFolder = join(context.folder, 'bare')
    const bare = await bareServer(context, bareFolder, environment)
    let sent = 0
    // Behind the end of the picture: decoders stop before it, and no photo is another's duplicate.
    const photo = (bytes: Buffer) => [bytes, Buffer.from(`photo ${++sent}`)]
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
      const ours = async () => {
        const sample = await measure([server.pid], async () => {
          await atOnce(count, cores * 2, () => api.addPhoto(installation, photo(bytes)))
          return {}
        })
        // Nothing of them is read again: measures and hashes are in the database.
        await removeFiles(join(folder, 'data', 'blobs'))
        return sample
      }
      const least = async () => {
        const sample = await measure([bare.pid], async () => {
          await atOnce(count, cores * 2, () => bare.addPhoto(photo(bytes)))
          return {}
        })
        await removeFiles(bareFolder)
        return sample
      }
      context.say(`${count} x ${sizes[size]}`)
      await ours()
      await least()
      await raw()
      const budget = context.quick ? { rounds: 3, budgetMs: 10_000, cores } : { rounds: 7, budgetMs: 60_000, cores }
      const rounds = await interleave({ ours, least, raw }, budget)
      figures.push(...figuresOf(context, size, rounds, count))
      details[size] = rounds
    }
    return { figures, details }
  },
}

type Contender = 'ours' | 'least' | 'raw'

function figuresOf(context: Context, size: Size, { samples, foreign }: Rounds<Contender>, count: number): Figure[] {
  const of = (name: Contender, field: string) => samples[name].map((sample) => sample[field] ?? Number.NaN)
  const perSecond = (name: Contender) => count / (median(of(name, 'wallMs')) / 1000)
  const cpu = (name: Contender) => `${(median(of(name, 'cpuMs')) / count).toFixed(1)} CPU-ms each`
  const faster = (name: Contender) => medianRatio(of(name, 'wallMs'), of('ours', 'wallMs'))
  const dearer = (name: Contender) => medianRatio(of('ours', 'cpuMs'), of(name, 'cpuMs'))
  const about = (text: string) => `${sizes[size]}: ${text}`
  const name = about('photos/s / bare server')
  const steadiness = { reference: of('least', 'wallMs'), foreign }
  return [
    size === 'm12'
      ? judged(context, { name, value: faster('least'), unit: 'x', goal: { at: 'least', value: 0.85 } }, steadiness)
      : shown(name, faster('least'), 'x'),
    shown(about('CPU of server and children / bare server'), dearer('least'), 'x'),
    shown(about('photos/s / raw thumbnails/s'), faster('raw'), 'x'),
    shown(about('CPU of server and children / raw loop'), dearer('raw'), 'x'),
    shown(about('ours'), perSecond('ours'), 'photos/s', cpu('ours')),
    shown(about('bare server'), perSecond('least'), 'photos/s', `${cpu('least')}; no key, database or description`),
    shown(about('raw loop'), perSecond('raw'), 'thumbnails/s', `${cpu('raw')}; 320 px JPEG, no upload, no database`),
  ]
}

/** The reference in a process of its own. */
async function bareServer(context: Context, folder: string, environment: Record<string, string>) {
  await mkdir(folder, { recursive: true })
  const peer = context.use(
    await startPeer<ThumbnailServerQuestion, number>('thumbnail-server', {
      environment: { ...environment, THUMBNAIL_SERVER_FOLDER: folder },
    }),
  )
  const port = await peer.ask({ ...thumb, inFlight: context.cores })
  const agent = new Agent({ keepAlive: true })
  context.use({ stop: async () => agent.destroy() })
  return {
    pid: peer.pid,
    async addPhoto(pieces: readonly Buffer[]) {
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
      const headers = { 'content-type': 'image/jpeg', 'content-length': length }
      const answer = await send({ agent, port }, { method: 'POST', path: '/', headers, pieces })
      if (answer.status !== 201) throw new Error(`bare server: ${answer.status} ${answer.body}`)
    },
  }
}
