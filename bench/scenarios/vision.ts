/** VISION: how long a score and a label take, what the models hold in memory, and what others notice of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { atOnce } from '../load/at-once.ts'
import { startPeer } from '../load/peer.ts'
import { type ScoringApi, scoringApi, scoringUser } from '../load/scoring-api.ts'
import { type Server, startServer } from '../load/server.ts'
import { tasksApi } from '../load/tasks-api.ts'
import { watchMemory } from '../measure/process-table.ts'
import { percentile } from '../measure/statistics.ts'
import type { ProbeQuestion, ProbeReply } from '../peers/json-probe.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

const perSecond = 20
/** Longest side of the small ones. */
const smallSide = 640

export const vision: Scenario = {
  id: 'VISION',
  title: 'Score and label of 12-megapixel JPEGs, two at once; sorting; small pictures beside the JSON API',
  async run(context) {
    const settings = { LIMITS: 'off', ...scoringUser }
    const server = context.use(await startServer({ folder: context.folder, settings }))
    const api = context.use(await scoringApi(server))
    const large = await context.images.bytes('m12.jpg')
    // Children start and load their models once.
    await atOnce(6, 2, () => api.analyze(large))
    const looks = await twoAtOnce(context, server, api, large)
    const sorts = await sorting(context, api)
    const small = await sharp(large).resize(smallSide).jpeg({ quality: 85 }).toBuffer()
    const steady = await besideJson(context, server, api, small)
    return { figures: [...looks.figures, ...sorts.figures, ...steady.figures], details: { looks, sorts, steady } }
  },
}

async function twoAtOnce(context: Context, server: Server, api: ScoringApi, jpeg: Buffer) {
  context.say('12 MP, two at once')
  const watch = watchMemory(server.pid, 50)
  const latencies = await atOnce(context.quick ? 20 : 100, 2, () => api.analyze(jpeg))
  const [, ...children] = watch.stop().partsMb
  const figures: Figure[] = [
    goal(context, 'score and label of 12 MP, p95', percentile(latencies, 0.95), 'ms', 400),
    shown('the same, p50', percentile(latencies, 0.5), 'ms'),
    goal(context, 'memory of the pool with all bundled models', sum(children), 'MB', 600),
  ]
  return { figures, latencies, children }
}

async function sorting(context: Context, api: ScoringApi) {
  const labels = ['facade', 'kitchen', 'bedroom', 'bathroom', 'livingroom', 'terrace', 'plan', 'pool']
  const items = Array.from({ length: 1000 }, (_, index) => ({
    identifier: `item-${index}`,
    label: labels[(index * 7919) % labels.length] ?? '',
    score: ((index * 104_729) % 10_000) / 1000,
  }))
  const latencies = await atOnce(context.quick ? 20 : 100, 1, () => api.sort(items))
  return { figures: [goal(context, 'sort of 1,000 items, p95', percentile(latencies, 0.95), 'ms', 20)], latencies }
}

/** Requests come when they are due, however long the ones before take. */
async function besideJson(context: Context, server: Server, api: ScoringApi, jpeg: Buffer) {
  context.say(`${perSecond} small pictures a second beside the JSON API`)
  const tasks = context.use(tasksApi(server))
  const task = await tasks.start('rotateimage')
  const probe = context.use(await startPeer<ProbeQuestion, ProbeReply>('json-probe'))
  const seconds = context.quick ? 5 : 20
  const everyMs = 10
  const question = { port: server.port, path: `/v1/task/${task}`, token: server.token, everyMs }
  const answered = probe.ask({ ...question, count: (seconds * 1000) / everyMs })
  const started = performance.now()
  const looks: Promise<number | undefined>[] = []
  for (let index = 0; index < seconds * perSecond; index += 1) {
    await sleep(Math.max(0, (index * 1000) / perSecond - (performance.now() - started)))
    // What is given up (504) is not done.
    looks.push(api.analyze(jpeg).catch(() => undefined))
  }
  const latencies = (await Promise.all(looks)).filter((ms) => ms !== undefined)
  const rate = latencies.length / ((performance.now() - started) / 1000)
  const json = (await answered).latenciesMs
  const figures: Figure[] = [
    judged(context, {
      name: `of ${perSecond} small pictures a second done in time`,
      value: rate,
      unit: '/s',
      goal: { at: 'least', value: perSecond * 0.97 },
    }),
    goal(context, 'JSON beside them, p99', percentile(json, 0.99), 'ms', 10),
    shown('small pictures, p50', percentile(latencies, 0.5), 'ms', `p95 ${Math.round(percentile(latencies, 0.95))} ms`),
  ]
  return { figures, latencies, json }
}

const goal = (context: Context, name: string, value: number, unit: string, most: number) =>
  judged(context, { name, value, unit, goal: { at: 'most', value: most } })

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
