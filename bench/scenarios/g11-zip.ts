/** G11: the ZIP of a finished task, beside reading and checksumming the same bytes and beside archiver. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atOnce } from '../load/at-once.ts'
import { drain } from '../load/drain.ts'
import { startPeer } from '../load/peer.ts'
import { type Server, startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { unzip } from '../load/unzip.ts'
import { memory, watchMemory } from '../measure/process-table.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

type Contender = 'ours' | 'crc' | 'archiver'

export const zip: Scenario = {
  id: 'G11',
  title: 'ZIP of 30 ready outputs of 5 MB against read + CRC-32 and against archiver',
  async run(context) {
    const server = context.use(await startServer({ folder: context.folder }))
    const api = context.use(tasksApi(server))
    context.say('making the outputs')
    const task = await processed(context, api, context.quick ? 12 : 30)
    const checks = await check(context, api, task)
    context.say('downloads')
    const rounds = await speed(context, server, task, checks.files)
    const growthMb = await growth(server, task)
    const goal = { at: 'most', value: 16 } as const
    const figures = [
      ...figuresOf(context, rounds),
      ...checks.figures,
      judged(context, { name: 'memory growth over five downloads', value: growthMb, unit: 'MB', goal }),
    ]
    return { figures, details: { rounds, bytes: checks.bytes, growthMb } }
  },
}

/** A task whose outputs are as large as its inputs: the pictures are only encoded again. */
async function processed({ images, cores }: Context, api: TasksApi, count: number): Promise<string> {
  const bytes = await images.bytes('m12.jpg')
  const task = await api.start('rotateimage')
  const files = await atOnce(count, cores, async (index) => {
    const filename = `photo-${String(index).padStart(2, '0')}.jpg`
    return { server_filename: await api.upload(task, filename, [bytes]), filename, rotate: 0 }
  })
  await api.process(task, 'rotateimage', files)
  return task
}

/** Length, entries and a range of the archive; its entries as files for the others. */
async function check(context: Context, api: TasksApi, task: string) {
  const whole = await api.download(task)
  const folder = join(context.folder, 'files')
  await mkdir(folder, { recursive: true })
  const entries = unzip(whole.body)
  for (const { name, bytes } of entries) await writeFile(join(folder, name), bytes)
  const from = Math.floor(whole.body.length / 3)
  const to = from + 1_000_000
  const part = await api.download(task, { range: `bytes=${from}-${to}` })
  const lengthRight = Number(whole.headers['content-length']) === whole.body.length
  const rangeRight = part.status === 206 && part.body.equals(whole.body.subarray(from, to + 1))
  const goal = { at: 'least', value: 1 } as const
  return {
    bytes: whole.body.length,
    files: entries.map(({ name }) => join(folder, name)),
    figures: [
      judged(context, { name: 'Content-Length is right', value: Number(lengthRight), unit: '', goal }),
      judged(context, { name: 'a range is answered with its bytes', value: Number(rangeRight), unit: '', goal }),
    ],
  }
}

async function speed(context: Context, server: Server, task: string, files: string[]): Promise<Rounds<Contender>> {
  const crc = context.use(await startPeer<object, { wallMs: number; bytes: number }>('read-crc'))
  const archiver = context.use(
    await startPeer<object, number>('archiver-zip', {
      environment: { ARCHIVER_FOLDER: join(context.folder, 'files') },
    }),
  )
  const archiverPort = await archiver.ask({})
  const repeat = context.quick ? 2 : 3
  const several = (pid: number, once: () => Promise<{ bytes: number }>) =>
    sample(pid, async () => {
      let bytes = 0
      for (let index = 0; index < repeat; index += 1) bytes += (await once()).bytes
      return bytes
    })
  const contenders = {
    ours: () => several(server.pid, () => drain(server.port, `/v1/download/${task}`, server.token)),
    crc: () => several(crc.pid, () => crc.ask({ files })),
    archiver: () => several(archiver.pid, () => drain(archiverPort, '/')),
  }
  for (const warmUp of Object.values(contenders)) await warmUp()
  return await interleave(contenders, { rounds: context.quick ? 3 : 7, budgetMs: 40_000, cores: context.cores })
}

async function sample(pid: number, work: () => Promise<number>) {
  const result = await measure([pid], async () => ({ bytes: await work() }))
  const megabytes = (result.bytes ?? 0) / 1e6
  return { ...result, mbPerS: megabytes / (result.wallMs / 1000), cpuMsPerMb: result.cpuMs / megabytes }
}

function figuresOf(context: Context, { samples, foreign }: Rounds<Contender>): Figure[] {
  const of = (name: Contender, field: string) => samples[name].map((each) => each[field] ?? Number.NaN)
  const ratio = (reference: Contender, field: string) => medianRatio(of('ours', field), of(reference, field))
  const speedOf = (name: Contender, title: string) =>
    shown(title, median(of(name, 'mbPerS')), 'MB/s', `${median(of(name, 'cpuMsPerMb')).toFixed(2)} CPU-ms per MB`)
  return [
    judged(
      context,
      { name: 'MB/s / read + CRC-32', value: ratio('crc', 'mbPerS'), unit: 'x', goal: { at: 'least', value: 0.7 } },
      { reference: of('crc', 'wallMs'), foreign },
    ),
    judged(
      context,
      { name: 'MB/s / archiver', value: ratio('archiver', 'mbPerS'), unit: 'x', goal: { at: 'least', value: 2 } },
      { reference: of('archiver', 'wallMs'), foreign },
    ),
    shown('CPU / read + CRC-32', ratio('crc', 'cpuMsPerMb'), 'x'),
    shown('CPU / archiver', ratio('archiver', 'cpuMsPerMb'), 'x'),
    speedOf('ours', 'ours'),
    speedOf('crc', 'read + CRC-32'),
    speedOf('archiver', 'archiver'),
  ]
}

async function growth({ pid, port, token }: Server, task: string): Promise<number> {
  await sleep(500)
  const before = memory(pid).pssMb
  const watch = watchMemory(pid, 15)
  for (let index = 0; index < 5; index += 1) await drain(port, `/v1/download/${task}`, token)
  return watch.stop().pssMb - before
}
