/** Ten minutes of mixed work: memory stays flat, nothing fails, no handle and no file is left behind. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { memory } from '../measure/process-table.ts'
import { median } from '../measure/statistics.ts'
import { type Context, judged, type Scenario, shown } from '../scenario.ts'

const minutes = 10
const clients = 4
const sampleMs = 2000

interface Work {
  tool: string
  /** Name in `sources`. */
  source: string
  params: Record<string, unknown>
  rotate?: number
}

const text = { type: 'text', text: 'Imagestead', font_size: 60, gravity: 'SouthEast', transparency: 60 }
/** The tools in turn, with sources of all kinds. */
const mix: readonly Work[] = [
  { tool: 'resizeimage', source: 'm12.jpg', params: { pixels_width: 800 } },
  { tool: 'compressimage', source: 'm2.jpg', params: { compression_level: 'recommended' } },
  { tool: 'convertimage', source: 'm2.webp', params: { to: 'png' } },
  { tool: 'watermarkimage', source: 'm6.jpg', params: { elements: [text] } },
  { tool: 'rotateimage', source: 'm12.jpg', params: {}, rotate: 90 },
  { tool: 'cropimage', source: 'm2.png', params: { width: 500, height: 500, x: 100, y: 100 } },
  { tool: 'repairimage', source: 'half.jpg', params: {} },
  { tool: 'convertimage', source: 'm2.png', params: { to: 'gif' } },
  { tool: 'resizeimage', source: 'animation.gif', params: { percentage: 50, resize_mode: 'percentage' } },
  { tool: 'convertimage', source: 'drawing.svg', params: { to: 'webp' } },
]

export const soak: Scenario = {
  id: 'SOAK',
  title: `${minutes} minutes of mixed work with ${clients} clients: memory, handles, left-over files`,
  long: { minutes },
  async run(context) {
    const server = context.use(await startServer({ folder: context.folder, settings: { LIMITS: 'off' } }))
    const api = context.use(tasksApi(server))
    const sources = await makeSources(context)
    const endsAt = performance.now() + minutes * 60_000 * (context.quick ? 0.1 : 1)
    const samples: Samples = { mb: [], handles: [] }
    let tasks = 0
    const client = async (first: number) => {
      for (let index = first; performance.now() < endsAt; index += clients) {
        const work = mix[index % mix.length]
        if (work === undefined) continue
        await runOne(api, work, sources.get(work.source) ?? Buffer.alloc(0))
        tasks += 1
      }
    }
    const watch = async () => {
      while (performance.now() < endsAt) {
        samples.mb.push(memory(server.pid).pssMb)
        samples.handles.push(readdirSync(`/proc/${server.pid}/fd`).length)
        await sleep(sampleMs)
        if (samples.mb.length % 30 === 0) context.say(`${tasks} tasks, ${Math.round(samples.mb.at(-1) ?? 0)} MB`)
      }
    }
    await Promise.all([watch(), ...Array.from({ length: clients }, (_, first) => client(first))])
    return { figures: figuresOf(context, samples, tasks), details: { ...samples } }
  },
}

interface Samples {
  mb: number[]
  handles: number[]
}

async function makeSources({ images }: Context): Promise<Map<string, Buffer>> {
  const sources = new Map<string, Buffer>()
  for (const name of ['m12.jpg', 'm6.jpg', 'm2.jpg', 'm2.png', 'm2.webp'] as const) {
    sources.set(name, await images.bytes(name))
  }
  const whole = await images.bytes('m2.jpg')
  sources.set('half.jpg', whole.subarray(0, whole.length / 2))
  const stills = ['#d33', '#3d3', '#33d', '#dd3'].map((background) =>
    sharp({ create: { width: 300, height: 200, channels: 3, background } })
      .png()
      .toBuffer(),
  )
  sources.set(
    'animation.gif',
    await sharp(await Promise.all(stills), { join: { animated: true } })
      .gif()
      .toBuffer(),
  )
  const shapes = '<rect width="800" height="600" fill="#eee"/><circle cx="400" cy="300" r="200" fill="#36c"/>'
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600">${shapes}</svg>`
  return sources.set('drawing.svg', Buffer.from(drawing))
}

async function runOne(api: TasksApi, { tool, source, params, rotate }: Work, bytes: Buffer): Promise<void> {
  const task = await api.start(tool)
  const name = await api.upload(task, source, [bytes])
  const file = { server_filename: name, filename: source, ...(rotate === undefined ? {} : { rotate }) }
  await api.process(task, tool, [file], params)
  await api.download(task)
  await api.remove(task)
}

function figuresOf(context: Context, { mb, handles }: Samples, tasks: number) {
  const third = (list: number[], index: number) =>
    median(list.slice(Math.floor((list.length * index) / 3), Math.floor((list.length * (index + 1)) / 3)))
  const most = (name: string, value: number, unit: string, goal: number) =>
    judged(context, { name, value, unit, goal: { at: 'most', value: goal } })
  const left = readdirSync(join(context.folder, 'data', 'work')).length
  return [
    most('memory, last third over middle third', (third(mb, 2) / third(mb, 1) - 1) * 100, '%', 10),
    most('open handles, last third over middle third', third(handles, 2) - third(handles, 1), '', 8),
    // The engine's folder is one of them.
    most('entries left in the work folder', left, '', clients),
    shown('memory, median of the last third', third(mb, 2), 'MB'),
    shown('memory, peak', Math.max(...mb), 'MB'),
    shown('tasks', tasks, '', 'every one answered 200'),
  ]
}
