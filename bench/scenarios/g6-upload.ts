/** G6: an upload of 100 MB as multipart with hash, size check and type sniffing, beside a raw body piped to disk. */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { libraryApi } from '../load/library-api.ts'
import { startPeer } from '../load/peer.ts'
import { removeFiles } from '../load/remove-files.ts'
import { type Server, startServer } from '../load/server.ts'
import { send, tasksApi } from '../load/tasks-api.ts'
import { memory, watchMemory } from '../measure/process-table.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Outcome, type Scenario, shown } from '../scenario.ts'

const fileBytes = 100_000_000
const pieceBytes = 1024 * 1024

/** One API's way of uploading. */
type Open = (context: Context, server: Server) => (pieces: readonly Buffer[]) => Promise<unknown>

const byTasks: Open = (context, server) => {
  const api = context.use(tasksApi(server))
  return async (pieces) => api.upload(await api.start('resizeimage'), 'large.jpg', pieces)
}

const byLibrary: Open = (context, server) => {
  const api = context.use(libraryApi(server))
  return (pieces) => api.upload('large.jpg', pieces)
}

/** The file as base64 in a text field, as clients of the Library API may send it. */
const byText: Open = (context, server) => {
  const api = context.use(libraryApi(server))
  return (pieces) => api.uploadText('large.jpg', pieces)
}

export const upload: Scenario = {
  id: 'G6',
  title: 'Upload of 100 MB (multipart, one request) against a raw body piped to disk; both synced',
  run: (context) => runWith(context, byTasks),
}

export const libraryUpload: Scenario = {
  id: 'G6-library',
  title: 'The same through the Library API; memory also of 100 MB sent as base64 text',
  async run(context) {
    const outcome = await runWith(context, byLibrary)
    const text = base64Of(bigJpeg(await context.images.bytes('m2.jpg')))
    const growth = await growthOfUploads(context, byText, text, 4, 'text')
    const goal = { at: 'most', value: 16 } as const
    const figure = {
      name: 'memory growth, 4 uploads of base64 text at once, each',
      value: growth / 4,
      unit: 'MB',
      goal,
    }
    return { ...outcome, figures: [...outcome.figures, judged(context, figure)] }
  },
}

async function runWith(context: Context, open: Open): Promise<Outcome> {
  const pieces = bigJpeg(await context.images.bytes('m2.jpg'))
  const rounds = await speed(context, open, pieces)
  const growth = await memoryGrowth(context, open, pieces)
  return {
    figures: [...speedFigures(context, rounds), ...growthFigures(context, growth)],
    details: { rounds, growth },
  }
}

async function speed(context: Context, open: Open, pieces: Buffer[]): Promise<Rounds<'ours' | 'raw'>> {
  const folder = join(context.folder, 'speed')
  const server = context.use(await startServer({ folder }))
  const uploadOnce = open(context, server)
  const rawFolder = join(context.folder, 'raw')
  const pipe = await rawPipe(context, rawFolder)
  const perSample = context.quick ? 1 : 2
  const ours = async () => {
    const sample = await uploads(server, perSample, () => uploadOnce(pieces))
    await removeFiles(join(folder, 'data', 'blobs'))
    return sample
  }
  const raw = async () => {
    const sample = await uploads(pipe, perSample, () => pipe.upload(pieces))
    await removeFiles(rawFolder)
    return sample
  }
  context.say('100 MB uploads')
  await ours()
  await raw()
  return await interleave({ ours, raw }, { rounds: context.quick ? 3 : 7, budgetMs: 40_000, cores: context.cores })
}

/** `cpuMs` is the server's, `bothCpuMs` that of server and client. */
async function uploads({ pid }: { pid: number }, count: number, once: () => Promise<unknown>) {
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
async function memoryGrowth(context: Context, open: Open, pieces: Buffer[]): Promise<Growth> {
  const small = [await context.images.bytes('m2.jpg')]
  const ours = (count: number) => growthOfUploads(context, open, pieces, count, 'file')
  const raw = async () => {
    const pipe = await rawPipe(context, join(context.folder, 'memory-raw'))
    await pipe.upload(small)
    return growthOf(pipe, () => pipe.upload(pieces))
  }
  return { ours: await ours(1), oursFour: await ours(4), raw: await raw() }
}

async function growthOfUploads(
  context: Context,
  open: Open,
  pieces: readonly Buffer[],
  count: number,
  what: string,
): Promise<number> {
  context.say(`memory of ${count} upload${count === 1 ? '' : 's'} at once`)
  const server = context.use(await startServer({ folder: join(context.folder, `memory-${what}-${count}`) }))
  const uploadOnce = open(context, server)
  // A few megabytes first, as many at once: they make what every later upload uses too, engine children among it, of
  // which there are as many as cores however many uploads there are.
  await Promise.all(Array.from({ length: count }, () => uploadOnce(pieces.slice(0, 3))))
  return growthOf(server, () => Promise.all(Array.from({ length: count }, () => uploadOnce(pieces))))
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

/** The reference in a process of its own. */
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

/** In pieces whose lengths divide by three, so that each is base64 by itself. */
function base64Of(pieces: readonly Buffer[]): Buffer[] {
  const whole = Buffer.concat(pieces)
  const step = 3 * 256 * 1024
  return Array.from({ length: Math.ceil(whole.length / step) }, (_, index) =>
    Buffer.from(whole.subarray(index * step, (index + 1) * step).toString('base64')),
  )
}
