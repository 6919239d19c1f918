/** G9: memory of all processes over a long run of mixed images, and whether it creeps up. */

import type { ImageName } from '../images.ts'
import { atOnce } from '../load/at-once.ts'
import { startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { cpuMs, type Memory, watchMemory } from '../measure/process-table.ts'
import { type Context, judged, type Scenario, shown } from '../scenario.ts'

const clients = 4
/** On a busy machine a half ends early, and the figures say so. */
const halfMs = { full: 100_000, quick: 12_000 }

interface Kind {
  source: ImageName
  tool: string
  params: Record<string, unknown>
  rotate?: number
}

const watermark = {
  elements: [{ type: 'text', text: 'Imagestead', font_size: 60, gravity: 'SouthEast', transparency: 60 }],
}
const width = (pixels: number) => ({ pixels_width: pixels })

/** The mix, in turn: sources of 2 to 12 megapixels, every tool, outputs JPEG, WebP and PNG. */
const kinds: readonly Kind[] = [
  { source: 'm12.jpg', tool: 'resizeimage', params: width(800) },
  { source: 'm2.jpg', tool: 'convertimage', params: { to: 'webp' } },
  { source: 'm2.png', tool: 'resizeimage', params: width(640) },
  { source: 'm2.jpg', tool: 'rotateimage', params: {}, rotate: 90 },
  { source: 'm12.jpg', tool: 'cropimage', params: { width: 1000, height: 1000, x: 1500, y: 1000 } },
  { source: 'm2.webp', tool: 'convertimage', params: { to: 'jpg' } },
  { source: 'm6.jpg', tool: 'watermarkimage', params: watermark },
  { source: 'm2.webp', tool: 'resizeimage', params: width(500) },
  { source: 'm12.webp', tool: 'resizeimage', params: width(1100) },
  { source: 'm2.jpg', tool: 'convertimage', params: { to: 'png' } },
  { source: 'm6.png', tool: 'convertimage', params: { to: 'jpg' } },
  { source: 'm2.jpg', tool: 'watermarkimage', params: watermark },
  { source: 'm12.jpg', tool: 'rotateimage', params: {}, rotate: 90 },
  { source: 'm2.jpg', tool: 'resizeimage', params: width(300) },
]

export const mixedMemory: Scenario = {
  id: 'G9',
  title: 'Memory of all server processes over 1,000 mixed images through the API',
  async run(context) {
    const server = context.use(await startServer({ folder: context.folder, settings: { LIMITS: 'off' } }))
    const api = context.use(tasksApi(server))
    const half = context.quick ? 50 : 500
    const sources = await readSources(context)
    const started = performance.now()
    const first = await runHalf(context, { api, pid: server.pid, sources, count: half, from: 0 })
    const second = await runHalf(context, { api, pid: server.pid, sources, count: half, from: half })
    const seconds = (performance.now() - started) / 1000
    const peakMb = Math.max(first.memory.pssMb, second.memory.pssMb)
    const growth = (second.memory.pssMb / first.memory.pssMb - 1) * 100
    const images = first.images + second.images
    const { partsMb } = first.memory.pssMb > second.memory.pssMb ? first.memory : second.memory
    const note = images < half * 2 ? { note: `only ${images} images: the time was up` } : {}
    // So few images only begin to fill the allocator's pools.
    const growthGoal = { at: 'most', value: context.quick ? 20 : 5 } as const
    const figures = [
      judged(context, {
        name: 'peak, all processes',
        value: peakMb,
        unit: 'MB',
        goal: { at: 'most', value: 300 },
        ...note,
      }),
      judged(context, { name: 'second half over first half', value: growth, unit: '%', goal: growthGoal, ...note }),
      shown(
        'peak with shared pages counted in every process',
        Math.max(first.memory.rssMb, second.memory.rssMb),
        'MB',
        `server and children once: ${partsMb.join(' + ')}`,
      ),
      shown('images', images / seconds, '/s', `${Math.round(cpuMs(server.pid) / images)} CPU-ms per image`),
    ]
    return { figures, details: { first, second, seconds } }
  },
}

async function readSources({ images }: Context): Promise<Map<ImageName, Buffer>> {
  const names = [...new Set(kinds.map(({ source }) => source))]
  return new Map(await Promise.all(names.map(async (name) => [name, await images.bytes(name)] as const)))
}

interface Half {
  api: TasksApi
  pid: number
  sources: Map<ImageName, Buffer>
  count: number
  from: number
}

interface HalfResult {
  memory: Memory
  images: number
}

async function runHalf(context: Context, { api, pid, sources, count, from }: Half): Promise<HalfResult> {
  context.say(`images ${from + 1} to ${from + count}`)
  const watch = watchMemory(pid, 50)
  const deadline = performance.now() + (context.quick ? halfMs.quick : halfMs.full)
  let images = 0
  await atOnce(count, clients, async (index) => {
    const kind = kinds[(from + index) % kinds.length]
    if (kind === undefined || performance.now() > deadline) return
    await runOne(api, kind, sources.get(kind.source) ?? Buffer.alloc(0))
    images += 1
  })
  return { memory: watch.stop(), images }
}

async function runOne(api: TasksApi, { source, tool, params, rotate }: Kind, bytes: Buffer): Promise<void> {
  const task = await api.start(tool)
  const name = await api.upload(task, source, [bytes])
  const file = { server_filename: name, filename: source, ...(rotate === undefined ? {} : { rotate }) }
  await api.process(task, tool, [file], params)
  await api.download(task)
  await api.remove(task)
}
