/** G14: a batch as a client of the Tasks API sends it, beside sharp alone on the same files. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { atOnce } from '../load/at-once.ts'
import { startPeer } from '../load/peer.ts'
import { startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { interleave, measure, type Rounds } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import type { ResizeQuestion, ResizeReply } from '../peers/sharp-loop.ts'
import { type Context, type Figure, judged, type Outcome, type Scenario, shown } from '../scenario.ts'

const tool = 'resizeimage'
/** Files a client sends at once. */
const uploadsAtOnce = 4
const lines = [
  { width: 800, height: 600 },
  { width: 2000, height: 1500 },
]

export const batch: Scenario = {
  id: 'G14',
  title: 'Batch of 12-megapixel JPEG resizes: start, upload, process, ZIP',
  async run(context) {
    const { cores, images } = context
    const count = context.quick ? 10 : 20
    const source = images.path('m12.jpg')
    const bytes = await images.bytes('m12.jpg')
    const folder = join(context.folder, 'raw')
    await mkdir(folder, { recursive: true })
    const server = context.use(await startServer({ folder: context.folder }))
    const api = context.use(tasksApi(server))
    const raw = context.use(
      await startPeer<ResizeQuestion, ResizeReply>('sharp-loop', {
        low: true,
        environment: { UV_THREADPOOL_SIZE: String(cores + 4), MALLOC_ARENA_MAX: '2' },
      }),
    )
    const outcome: Outcome = { figures: [], details: {} }
    for (const { width, height } of lines) {
      const rawLoop = () =>
        measure([raw.pid], async () => ({
          ...(await raw.ask({ sources: Array(count).fill(source), folder, width, height, inFlight: cores })),
        }))
      const ours = () => runBatch(api, server.pid, { bytes, count, width, height })
      context.say(`${count} x 12 MP to ${width} px`)
      await ours()
      await rawLoop()
      const rounds = await interleave(
        { ours, raw: rawLoop },
        context.quick ? { rounds: 2, budgetMs: 8000, cores } : { rounds: 5, budgetMs: 40_000, cores },
      )
      outcome.figures.push(...figuresOf(context, rounds, count, width))
      outcome.details[`${width} px`] = rounds
    }
    return outcome
  },
}

/** `wallMs` and `cpuMs` are those from the process call until the ZIP's first byte. */
async function runBatch(
  api: TasksApi,
  pid: number,
  { bytes, count, width, height }: { bytes: Buffer; count: number; width: number; height: number },
) {
  const started = performance.now()
  let task = ''
  let files: { server_filename: string; filename: string }[] = []
  const upload = await measure([pid], async () => {
    task = await api.start(tool)
    files = await atOnce(count, uploadsAtOnce, async (index) => {
      const filename = `photo-${index}.jpg`
      return { server_filename: await api.upload(task, filename, [bytes]), filename }
    })
    return {}
  })
  let outputBytes = 0
  let head = 0
  const processing = await measure([pid], async () => {
    const from = performance.now()
    const processed = await api.process(task, tool, files, { pixels_width: width, pixels_height: height })
    if (processed.output_filenumber !== count) throw new Error(`only ${processed.output_filenumber} files were made`)
    outputBytes = processed.output_filesize
    await api.download(task, {}, () => {
      head = performance.now() - from
    })
    return {}
  })
  const totalMs = performance.now() - started
  await api.remove(task)
  return {
    ...processing,
    wallMs: head,
    bytes: outputBytes,
    uploadMs: upload.wallMs,
    uploadCpuMs: upload.cpuMs,
    totalMs,
  }
}

function figuresOf(context: Context, rounds: Rounds<'ours' | 'raw'>, count: number, width: number): Figure[] {
  const { samples, foreign } = rounds
  const of = (name: 'ours' | 'raw', field: string) => samples[name].map((sample) => sample[field] ?? Number.NaN)
  const ratio = (field: string, reference = field) => medianRatio(of('ours', field), of('raw', reference))
  const line = `${width} px:`
  return [
    judged(
      context,
      {
        name: `${line} process to ZIP ready, time / raw sharp`,
        value: ratio('wallMs'),
        unit: 'x',
        goal: { at: 'most', value: 1.1 },
      },
      { reference: of('raw', 'wallMs'), foreign },
    ),
    shown(`${line} CPU / raw sharp`, ratio('cpuMs'), 'x', 'all processes of the server'),
    shown(`${line} with start and uploads, time / raw sharp`, ratio('totalMs', 'wallMs'), 'x'),
    shown(
      `${line} ours`,
      median(of('ours', 'wallMs')),
      'ms',
      `${Math.round(median(of('ours', 'cpuMs')) / count)} CPU-ms per image`,
    ),
    shown(
      `${line} raw sharp`,
      median(of('raw', 'wallMs')),
      'ms',
      `${Math.round(median(of('raw', 'cpuMs')) / count)} CPU-ms per image`,
    ),
    shown(
      `${line} start and uploads`,
      median(of('ours', 'uploadMs')),
      'ms',
      `${Math.round(median(of('ours', 'uploadCpuMs')))} CPU-ms`,
    ),
    judged(context, {
      name: `${line} output bytes / raw sharp`,
      value: ratio('bytes'),
      unit: 'x',
      goal: { at: 'most', value: 1.03 },
    }),
  ]
}
