/** G6: an upload of 100 MB as multipart with hash, size check and type sniffing, beside a raw body piped to disk. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPeer } from '../load/peer.ts'
import { startServer } from '../load/server.ts'
import { send, type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { memory, watchMemory } from '../measure/process-table.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

const fileBytes = 100_000_000
const pieceBytes = 1024 * 1024

export const upload: Scenario = {
  id: 'G6',
  title: 'Upload of 100 MB (multipart, one request) against a raw body piped to disk; both synced',
  async run(context) {
    const pieces = bigJpeg(await context.images.bytes('m2.jpg'))
    const rounds = await speed(context, pieces)
    const growth = await memoryGrowth(context, pieces)
    return {
      figures: [...speedFigures(context, rounds), ...growthFigures(context, growth)],
      details: { rounds, growth },
    }
  },
}

async function speed(context: Context, pieces: Buffer[]): Promise<Rounds<'ours' | 'raw'>> {
  const server = context.use(await startServer({ folder: join(context.folder, 'speed') }))
  const api = context.use(tasksApi(server))
  const pipe = await rawPipe(context, join(context.folder, 'raw'))
  const perSample = context.quick ? 1 : 2
  const ours = () => uploads(server, perSample, () => uploadOnce(api, pieces))
  const raw = async () => {
    const sample = await uploads(pipe, perSample, () => pipe.upload(pieces))
    await pipe.empty()
    return sample
  }
  context.say('100 MB uploads')
  await ours()
  await raw()
  return await interleave({ ours, raw }, { rounds: context.quick ? 3 : 7, budgetMs: 40_000, cores: context.cores })
}

/** `cpuMs` is the server's, `bothCpuMs` that of server and client. */
async function uploads({ pid }: { pid: number }, count: number, once: () => Promise<void>) {
  const client = process.cpuUsage()
  const sample = await measure([pid], async () => {
    for (let index = 0; index < count; index += 1) await once()
    return {}
  })
  const { user, system } = process.cpuUsage(client)
  const megabytes = (count * fileBytes) / 1e6
  return {
    ...sample,
    bothCpuMs: sample.cpuMs + (user + system) / 1000,
    megabytes,
    mbPerS: megabytes / (sample.wallMs / 1000),
  }
}

async function uploadOnce(api: TasksApi, pieces: Buffer[]): Promise<void> {
  await api.upload(await api.start('resizeimage'), 'large.jpg', pieces)
}

function speedFigures(context: Context, { samples, foreign }: Rounds<'ours' | 'raw'>): Figure[] {
  const of = (name: 'ours' | 'raw', field: string) => samples[name].map((sample) => sample[field] ?? Number.NaN)
  const ratio = (field: string) => medianRatio(of('ours', field), of('raw', field))
  const perMb = (name: 'ours' | 'raw', field: string) =>
    (median(of(name, field)) / median(of(name, 'megabytes'))).toFixed(2)
  return [
    judged(
      context,
      {
        name: 'CPU of server and client / raw pipe',
        value: ratio('bothCpuMs'),
        unit: 'x',
        goal: { at: 'most', value: 1.3 },
      },
      { reference: of('raw', 'bothCpuMs') },
    ),
    shown(
      'CPU of the server alone / raw pipe',
      ratio('cpuMs'),
      'x',
      `${perMb('ours', 'cpuMs')} against ${perMb('raw', 'cpuMs')} CPU-ms per MB`,
    ),
    judged(
      context,
      { name: 'MB/s / raw pipe', value: ratio('mbPerS'), unit: 'x', goal: { at: 'least', value: 0.8 } },
      { reference: of('raw', 'wallMs'), foreign },
    ),
    shown('ours', median(of('ours', 'mbPerS')), 'MB/s'),
    shown('raw pipe', median(of('raw', 'mbPerS')), 'MB/s'),
  ]
}

interface Growth {
  ours: number
  oursFour: number
  raw: number
}

/** Megabytes that processes grow by which have served one small upload before; each is a new one. */
async function memoryGrowth(context: Context, pieces: Buffer[]): Promise<Growth> {
  const small = [await context.images.bytes('m2.jpg')]
  const ours = async (atOnce: number) => {
    context.say(`memory of ${atOnce} upload${atOnce === 1 ? '' : 's'} at once`)
    const server = context.use(await startServer({ folder: join(context.folder, `memory-${atOnce}`) }))
    const api = context.use(tasksApi(server))
    await uploadOnce(api, small)
    return growthOf(server, () => Promise.all(Array.from({ length: atOnce }, () => uploadOnce(api, pieces))))
  }
  const raw = async () => {
    const pipe = await rawPipe(context, join(context.folder, 'memory-raw'))
    await pipe.upload(small)
    return growthOf(pipe, () => pipe.upload(pieces))
  }
  return { ours: await ours(1), oursFour: await ours(4), raw: await raw() }
}

async function growthOf({ pid }: { pid: number }, work: () => Promise<unknown>): Promise<number> {
  await sleep(500)
  const before = memory(pid).pssMb
  const watch = watchMemory(pid, 15)
  await work()
  return watch.stop().pssMb - before
}

/** The engine collects buffers lazily, some 32 MB of them at any rate of uploads: the raw pipe has the same. */
function growthFigures(context: Context, { ours, oursFour, raw }: Growth): Figure[] {
  const goal = { at: 'most', value: 16 } as const
  return [
    judged(context, { name: 'memory growth, 4 uploads at once, each', value: oursFour / 4, unit: 'MB', goal }),
    judged(context, { name: 'memory growth, 1 upload, above raw pipe', value: ours - raw, unit: 'MB', goal }),
    shown('memory growth, 1 upload', ours, 'MB', `raw pipe ${Math.round(raw)} MB`),
  ]
}

/** The reference in a process of its own, with a folder that is emptied after each use. */
async function rawPipe(context: Context, folder: string) {
  await mkdir(folder, { recursive: true })
  const peer = context.use(
    await startPeer<object, number>('raw-upload', { environment: { RAW_UPLOAD_FOLDER: folder } }),
  )
  const port = await peer.ask({})
  const agent = new Agent({ keepAlive: true })
  context.use({ stop: async () => agent.destroy() })
  return {
    pid: peer.pid,
    async upload(pieces: Buffer[]) {
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
      const headers = { 'content-type': 'application/octet-stream', 'content-length': length }
      const answer = await send({ agent, port }, { method: 'POST', path: '/', headers, pieces })
      if (answer.status !== 200) throw new Error(`raw upload: ${answer.status} ${answer.body}`)
    },
    async empty() {
      for (const name of await readdir(folder)) await rm(join(folder, name))
    },
  }
}

/**
 * A real JPEG, padded behind its end: it is sniffed and its header read like any other. The padding has no pattern, as
 * compressed pictures have none: the parser's search for the boundary depends on it.
 */
function bigJpeg(start: Buffer): Buffer[] {
  const filler = randomBytes(pieceBytes)
  const pieces = [start]
  for (let bytes = start.length; bytes < fileBytes; bytes += pieceBytes) {
    pieces.push(filler.subarray(0, Math.min(pieceBytes, fileBytes - bytes)))
  }
  return pieces
}
