/** G1 and G2: pictures nobody has asked for before, beside sharp alone and beside ipx; every request has a width of its own. */
import { dirname, join } from 'node:path'
import type { ImageName } from '../images.ts'
import { atOnce } from '../load/at-once.ts'
import { type ImageUrls, imageUrls, putFile } from '../load/image-urls.ts'
import { type Ipx, startIpx } from '../load/ipx.ts'
import { startPeer } from '../load/peer.ts'
import { type Server, startServer } from '../load/server.ts'
import { watchMemory } from '../measure/process-table.ts'
import { interleave, measure, type Rounds, type Sample } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import type { ConvertQuestion, ConvertReply } from '../peers/convert-loop.ts'
import { type Context, type Figure, judged, type Outcome, type Scenario, shown } from '../scenario.ts'

/** As many clients as ask at once. */
const clients = 8

interface Line {
  name: string
  source: ImageName
  format: 'jpeg' | 'webp'
  /** First of the widths; each request of a line takes the next. */
  from: number
  count: number
  /** Goals against ipx. */
  ipx: number
}

const lines: readonly Line[] = [
  { name: '12 MP to ~800 JPEG', source: 'm12.jpg', format: 'jpeg', from: 760, count: 40, ipx: 1.15 },
  { name: '12 MP to ~800 WebP', source: 'm12.jpg', format: 'webp', from: 760, count: 30, ipx: 1.05 },
  { name: '2 MP to ~300 JPEG', source: 'm2.jpg', format: 'jpeg', from: 250, count: 120, ipx: 1.1 },
]

interface Parts {
  server: Server
  ours: ImageUrls
  ipx: (Ipx & { client: ImageUrls }) | undefined
  raw: { pid: number; ask(question: ConvertQuestion): Promise<ConvertReply> }
}

export const transform: Scenario = {
  id: 'G1',
  title: `Pictures never asked for before, ${clients} clients: against a raw sharp loop, and ipx (G2)`,
  async run(context) {
    const { cores, images } = context
    // The reduced intermediate has a scenario of its own: here every picture is made from its original.
    const server = context.use(
      await startServer({ folder: join(context.folder, 'server'), settings: { DELIVERY_REDUCED: 'off' } }),
    )
    const ours = context.use(imageUrls(server.port, clients))
    const peer = await startIpx(dirname(images.path('m12.jpg')), context.say)
    const ipx = peer && { ...context.use(peer), client: context.use(imageUrls(peer.port, clients)) }
    const environment = { UV_THREADPOOL_SIZE: String(cores + 4), MALLOC_ARENA_MAX: '2' }
    const raw = context.use(await startPeer<ConvertQuestion, ConvertReply>('convert-loop', { low: true, environment }))
    const outcome: Outcome = { figures: [], details: {} }
    const memory = { ours: watchMemory(server.pid, 100), ipx: ipx && watchMemory(ipx.pid, 100) }
    for (const line of lines) {
      context.say(line.name)
      const rounds = await runLine(context, { server, ours, ipx, raw }, line)
      outcome.figures.push(...figuresOf(context, line, rounds))
      outcome.details[line.name] = rounds
    }
    const [peak, ipxPeak] = [memory.ours.stop().pssMb, memory.ipx?.stop().pssMb]
    outcome.figures.push(
      shown('peak memory, all processes', peak, 'MB'),
      ...(ipxPeak === undefined
        ? []
        : [
            judged(context, {
              name: 'peak memory / ipx',
              value: peak / ipxPeak,
              unit: 'x',
              goal: { at: 'most', value: 0.6 },
            }),
          ]),
    )
    return outcome
  },
}

async function runLine(context: Context, { server, ours, ipx, raw }: Parts, line: Line) {
  const { cores, images } = context
  const count = context.quick ? Math.ceil(line.count / 3) : line.count
  /** No two requests of a round are alike, and each round has a copy of the picture that was never asked for. */
  const widths = Array.from({ length: count }, (_, index) => line.from + index)
  const bytes = await images.bytes(line.source)
  const asked = line.format === 'jpeg' ? 'jpg' : 'webp'
  const runOurs = async (round: number) => {
    const name = `${asked}-${round + 1}-${line.source}`
    await putFile(server, name, bytes)
    return measure([server.pid], async () => {
      const answers = await atOnce(count, clients, (index) =>
        ours.get(`/default/tr:w-${widths[index]},f-${asked},q-80/${name}`),
      )
      return { bytes: answers.reduce((sum, answer) => sum + answer.bytes, 0) }
    })
  }
  const runRaw = () =>
    measure([raw.pid], async () => ({
      ...(await raw.ask({ source: images.path(line.source), widths, format: line.format, inFlight: cores })),
    }))
  const runIpx = () =>
    measure([ipx?.pid ?? 0], async () => {
      await atOnce(count, clients, async (index) => {
        await ipx?.client.get(`/w_${widths[index]},f_${line.format},q_80/${line.source}`)
      })
      return {}
    })
  await runOurs(-1)
  await runRaw()
  const contenders: Record<string, (round: number) => Promise<Sample>> = { ours: runOurs, raw: runRaw }
  if (ipx !== undefined) {
    await runIpx()
    contenders.ipx = runIpx
  }
  const limits = context.quick ? { rounds: 2, budgetMs: 8000 } : { rounds: 5, budgetMs: 45_000 }
  return interleave(contenders, { ...limits, cores })
}

function figuresOf(context: Context, line: Line, { samples, foreign }: Rounds<string>): Figure[] {
  const of = (name: string, field: string) => (samples[name] ?? []).map((sample) => sample[field] ?? Number.NaN)
  const count = context.quick ? Math.ceil(line.count / 3) : line.count
  const steadiness = { reference: of('raw', 'wallMs'), foreign }
  const cpu = { reference: of('raw', 'cpuMs') }
  const named = (name: string) => `${line.name}: ${name}`
  const each = (name: string) => Math.round(median(of(name, 'cpuMs')) / count)
  const peers =
    samples.ipx === undefined
      ? [shown(named('ipx'), Number.NaN, 'x', 'ipx is not here')]
      : [
          judged(
            context,
            {
              name: named('CPU of ipx / ours'),
              value: medianRatio(of('ipx', 'cpuMs'), of('ours', 'cpuMs')),
              unit: 'x',
              goal: { at: 'least', value: line.ipx },
              note: `${each('ipx')} CPU-ms`,
            },
            cpu,
          ),
          judged(
            context,
            {
              name: named('pictures/s / ipx'),
              value: medianRatio(of('ipx', 'wallMs'), of('ours', 'wallMs')),
              unit: 'x',
              goal: { at: 'least', value: line.ipx },
            },
            steadiness,
          ),
        ]
  return [
    judged(
      context,
      {
        name: named('pictures/s / raw sharp'),
        value: medianRatio(of('raw', 'wallMs'), of('ours', 'wallMs')),
        unit: 'x',
        goal: { at: 'least', value: 0.92 },
      },
      steadiness,
    ),
    judged(
      context,
      {
        name: named('CPU / raw sharp'),
        value: medianRatio(of('ours', 'cpuMs'), of('raw', 'cpuMs')),
        unit: 'x',
        goal: { at: 'most', value: 1.08 },
        note: `${each('ours')} and ${each('raw')} CPU-ms`,
      },
      cpu,
    ),
    ...peers,
    judged(context, {
      name: named('bytes / raw sharp'),
      value: medianRatio(of('ours', 'bytes'), of('raw', 'bytes')),
      unit: 'x',
      goal: { at: 'most', value: 1.03 },
    }),
  ]
}
