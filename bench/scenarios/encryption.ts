/** ENC: file encryption beside the same work without it: a picture's round trip, and large files up and down. */
import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { signToken, startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { interleave, measure, type Rounds, type Sample } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Outcome, type Scenario, shown } from '../scenario.ts'

type Way = 'encrypted' | 'plain'
const tool = 'resizeimage'
const pieceBytes = 1024 * 1024
const largeBytes = 100_000_000

export const encryption: Scenario = {
  id: 'ENC',
  title: 'Encrypted files (key of 32 bytes) against plain ones',
  async run(context) {
    const server = context.use(await startServer({ folder: context.folder }))
    const token = await signToken({ file_encryption_key: randomBytes(16).toString('hex') })
    const apis: Record<Way, TasksApi> = {
      encrypted: context.use(tasksApi({ ...server, token })),
      plain: context.use(tasksApi(server)),
    }
    const outcome: Outcome = { figures: [], details: {} }
    const compare = async (name: string, run: (api: TasksApi, way: Way) => Promise<Sample>) => {
      context.say(name)
      const encrypted = () => run(apis.encrypted, 'encrypted')
      const plain = () => run(apis.plain, 'plain')
      await encrypted()
      await plain()
      const rounds = await interleave(
        { encrypted, plain },
        { rounds: context.quick ? 3 : 9, budgetMs: 25_000, cores: context.cores },
      )
      outcome.figures.push(...figuresOf(context, name, rounds))
      outcome.details[name] = rounds
    }

    const photo = await context.images.bytes('m12.jpg')
    const perSample = context.quick ? 1 : 3
    await compare('12 MP JPEG: upload, resize, download', (api) =>
      measure([server.pid], async () => {
        for (let index = 0; index < perSample; index += 1) await roundTrip(api, photo)
        return {}
      }),
    )
    const pieces = largeFile(photo)
    await compare('upload of 100 MB', (api) =>
      measure([server.pid], async () => {
        await api.upload(await api.start(tool), 'large.jpg', pieces)
        return {}
      }),
    )
    // A result of about this size, made once for each way.
    const tiff = await largeTiff()
    const made = {
      encrypted: await process(apis.encrypted, 'large.tiff', tiff),
      plain: await process(apis.plain, 'large.tiff', tiff),
    }
    let bytes = 0
    await compare('download of about 100 MB', (api, way) =>
      measure([server.pid], async () => {
        bytes = (await api.download(made[way])).body.length
        return {}
      }),
    )
    outcome.details['bytes of the large download'] = bytes
    return outcome
  },
}

/** The id of a task that has processed the file. */
async function process(api: TasksApi, filename: string, file: Buffer): Promise<string> {
  const task = await api.start(tool)
  const name = await api.upload(task, filename, [file])
  await api.process(task, tool, [{ server_filename: name, filename }], { pixels_width: 5600, pixels_height: 5600 })
  return task
}

async function roundTrip(api: TasksApi, photo: Buffer): Promise<void> {
  const task = await api.start(tool)
  const name = await api.upload(task, 'photo.jpg', [photo])
  await api.process(task, tool, [{ server_filename: name, filename: 'photo.jpg' }], { pixels_width: 2000 })
  await api.download(task)
}

/** Padded behind its end with bytes that have no pattern, like those of a compressed picture. */
function largeFile(start: Buffer): Buffer[] {
  const filler = randomBytes(pieceBytes)
  const pieces = [start]
  for (let bytes = start.length; bytes < largeBytes; bytes += pieceBytes) {
    pieces.push(filler.subarray(0, Math.min(pieceBytes, largeBytes - bytes)))
  }
  return pieces
}

/** Noise in the lower bits: written with LZW again it stays about as large. */
function largeTiff(): Promise<Buffer> {
  const [width, height] = [5600, 5600]
  const data = randomBytes(width * height * 3)
  for (let index = 0; index < data.length; index += 1) data[index] = (data[index] ?? 0) & 0x7f
  return sharp(data, { raw: { width, height, channels: 3 } })
    .tiff({ compression: 'none' })
    .toBuffer()
}

function figuresOf(context: Context, name: string, { samples, foreign }: Rounds<Way>): Figure[] {
  const of = (way: Way, field: string) => samples[way].map((sample) => sample[field] ?? Number.NaN)
  const ms = (way: Way) => Math.round(median(of(way, 'wallMs')))
  return [
    judged(
      context,
      {
        name: `${name}: throughput / plain`,
        // Throughput is the inverse of time.
        value: medianRatio(of('plain', 'wallMs'), of('encrypted', 'wallMs')),
        unit: 'x',
        goal: { at: 'least', value: 0.5 },
        note: `${ms('encrypted')} against ${ms('plain')} ms`,
      },
      { reference: of('plain', 'wallMs'), foreign },
    ),
    shown(`${name}: CPU / plain`, medianRatio(of('encrypted', 'cpuMs'), of('plain', 'cpuMs')), 'x'),
  ]
}
