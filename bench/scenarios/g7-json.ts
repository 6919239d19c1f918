/** G7: how fast the JSON API answers while image jobs take every core. */
import { startPeer } from '../load/peer.ts'
import { type Server, startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { watchForeign, yardstick } from '../measure/rounds.ts'
import { median, percentile } from '../measure/statistics.ts'
import type { ProbeQuestion, ProbeReply } from '../peers/json-probe.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

const clients = 8
const everyMs = 4

interface Round {
  idle: number[]
  loaded: number[]
  imagesPerS: number
  yardstickMs: number
}

export const json: Scenario = {
  id: 'G7',
  title: `GET /v1/task/{id} every ${everyMs} ms, idle and while ${clients} clients resize 12-megapixel JPEGs`,
  async run(context) {
    // 250 requests a second are more than the default rate limit lets through.
    const server = context.use(await startServer({ folder: context.folder, settings: { LIMITS: 'off' } }))
    const api = context.use(tasksApi(server))
    const probe = context.use(await startPeer<ProbeQuestion, ProbeReply>('json-probe'))
    const task = await sourceTask(context, api)
    const foreign = watchForeign(context.cores)
    const rounds: Round[] = []
    await load(api, task, 20, Promise.resolve())
    for (let round = 0; round < (context.quick ? 2 : 4); round += 1) {
      context.say(`round ${round + 1}`)
      rounds.push(await runRound(context, { server, api, probe, task, round }))
    }
    return { figures: figuresOf(context, rounds, foreign.stop()), details: { rounds } }
  },
}

/** A processed task: probed, and the source of all connected tasks, which spares their uploads. */
async function sourceTask({ images }: Context, api: TasksApi): Promise<string> {
  const task = await api.start('rotateimage')
  const filename = 'photo.jpg'
  const name = await api.upload(task, filename, [await images.bytes('m12.jpg')])
  await api.process(task, 'rotateimage', [{ server_filename: name, filename }])
  return task
}

interface Parts {
  server: Server
  api: TasksApi
  probe: { ask(question: ProbeQuestion): Promise<ProbeReply> }
  task: string
  round: number
}

async function runRound(context: Context, { server, api, probe, task, round }: Parts): Promise<Round> {
  const yardstickMs = yardstick()
  const question = {
    port: server.port,
    path: `/v1/task/${task}`,
    token: server.token,
    everyMs,
    count: context.quick ? 500 : 1500,
  }
  const idle = (await probe.ask(question)).latenciesMs
  const answered = probe.ask(question)
  const started = performance.now()
  const images = await load(api, task, 500 + round, answered)
  const imagesPerS = images / ((performance.now() - started) / 1000)
  return { idle, loaded: (await answered).latenciesMs, imagesPerS, yardstickMs }
}

/** No two requests are alike. Resolves to the number of images made when `until` has settled. */
async function load(api: TasksApi, source: string, firstWidth: number, until: Promise<unknown>): Promise<number> {
  let running = true
  let images = 0
  const end = until.finally(() => {
    running = false
  })
  const client = async () => {
    do {
      const { task, files } = await api.next(source, 'resizeimage')
      await api.process(task, 'resizeimage', files, { pixels_width: firstWidth + (images++ % 700) })
    } while (running)
  }
  await Promise.all([end, ...Array.from({ length: clients }, client)])
  return images
}

function figuresOf(context: Context, rounds: Round[], foreign: number): Figure[] {
  const each = (value: (round: Round) => number) => rounds.map(value)
  const idleP50 = median(each(({ idle }) => percentile(idle, 0.5)))
  const loadedP99 = median(each(({ loaded }) => percentile(loaded, 0.99)))
  const steadiness = { reference: each(({ yardstickMs }) => yardstickMs), foreign }
  return [
    judged(
      context,
      { name: 'p99 under load', value: loadedP99, unit: 'ms', goal: { at: 'most', value: 10 } },
      steadiness,
    ),
    judged(
      context,
      { name: 'p99 under load / idle p50', value: loadedP99 / idleP50, unit: 'x', goal: { at: 'most', value: 20 } },
      steadiness,
    ),
    shown('p50 idle', idleP50, 'ms'),
    shown('p99 idle', median(each(({ idle }) => percentile(idle, 0.99))), 'ms'),
    shown('p50 under load', median(each(({ loaded }) => percentile(loaded, 0.5))), 'ms'),
    shown('images meanwhile', median(each(({ imagesPerS }) => imagesPerS)), '/s'),
  ]
}
