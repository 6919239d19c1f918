/** G8: thumbnails while others upload, compress in the background and transform large pictures. */
import { join } from 'node:path'
import { type ImageUrls, imageUrls, putFile } from '../load/image-urls.ts'
import { libraryApi } from '../load/library-api.ts'
import { startPeer } from '../load/peer.ts'
import { type Server, startServer } from '../load/server.ts'
import { type TasksApi, tasksApi } from '../load/tasks-api.ts'
import { watchForeign, yardstick } from '../measure/rounds.ts'
import { median, percentile } from '../measure/statistics.ts'
import type { ProbeQuestion, ProbeReply } from '../peers/json-probe.ts'
import { type Context, judged, type Scenario, shown } from '../scenario.ts'

/** A thumbnail that is there already, asked for this often. */
const everyMs = 10

export const thumbnails: Scenario = {
  id: 'G8',
  title: 'Thumbnails, there already and new, while others upload, compress and transform',
  async run(context) {
    const { images, cores } = context
    const server = context.use(
      await startServer({ folder: join(context.folder, 'server'), settings: { LIMITS: 'off' } }),
    )
    const client = context.use(imageUrls(server.port, 2))
    const tasks = context.use(tasksApi(server))
    for (const name of ['m2.jpg', 'm12.jpg'] as const) await putFile(server, name, await images.bytes(name))
    const probe = context.use(await startPeer<ProbeQuestion, ProbeReply>('json-probe'))
    const cached = '/default/tr:w-400,h-300,c-at_max/m2.jpg'
    await client.get(cached)
    const idle = await coldTimes(client, 300, context.quick ? 10 : 40)
    const jobMs = await compressOnce(tasks, await images.bytes('m12.jpg'))
    const foreign = watchForeign(cores)
    const yardsticks = [yardstick(), yardstick(), yardstick()]
    context.say('under load')
    const load = startLoad(context, server, tasks)
    const question = { port: server.port, path: cached, token: '', everyMs, count: context.quick ? 500 : 2000 }
    const answered = probe.ask(question)
    const cold = await coldTimes(client, 500, context.quick ? 20 : 100)
    const { latenciesMs } = await answered
    const done = await load.stop()
    const steadiness = { reference: yardsticks, foreign: foreign.stop() }
    const bound = 3 * percentile(idle, 0.99) + jobMs
    return {
      figures: [
        judged(
          context,
          {
            name: 'p99 of one that is there',
            value: percentile(latenciesMs, 0.99),
            unit: 'ms',
            goal: { at: 'most', value: 25 },
          },
          steadiness,
        ),
        judged(
          context,
          {
            name: 'p99 of new ones / (3 x unloaded + one job)',
            value: percentile(cold, 0.99) / bound,
            unit: 'x',
            goal: { at: 'most', value: 1 },
          },
          steadiness,
        ),
        shown('p50 of one that is there', median(latenciesMs), 'ms'),
        shown('new ones, p50 and p99', median(cold), 'ms', `p99 ${Math.round(percentile(cold, 0.99))} ms`),
        shown('new ones unloaded, p50', median(idle), 'ms', `p99 ${Math.round(percentile(idle, 0.99))} ms`),
        shown('one running job', jobMs, 'ms', 'compress of 12 MP'),
        shown('meanwhile', done.uploads, 'uploads', `${done.compressed} compressed, ${done.transformed} transformed`),
      ],
      details: { cached: latenciesMs, cold, idle, jobMs, done },
    }
  },
}

/** Times of thumbnails that nobody asked for before, one after the other. */
async function coldTimes(client: ImageUrls, from: number, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index += 1) {
    times.push((await client.get(`/default/tr:w-${from - index},f-jpg/m2.jpg`)).ms)
  }
  return times
}

async function compressOnce(tasks: TasksApi, bytes: Buffer): Promise<number> {
  const started = performance.now()
  await compress(tasks, bytes)
  return performance.now() - started
}

async function compress(tasks: TasksApi, bytes: Buffer): Promise<void> {
  const task = await tasks.start('compressimage')
  const filename = 'photo.jpg'
  const server_filename = await tasks.upload(task, filename, [bytes])
  await tasks.process(task, 'compressimage', [{ server_filename, filename }])
  await tasks.remove(task)
}

function startLoad({ images }: Context, server: Server, tasks: TasksApi) {
  const library = libraryApi(server)
  const client = imageUrls(server.port, 2)
  const done = { uploads: 0, compressed: 0, transformed: 0 }
  let running = true
  const repeat = async (work: (turn: number) => Promise<void>) => {
    for (let turn = 0; running; turn += 1) await work(turn)
  }
  const all = (async () => {
    const [m2, m6] = [await images.bytes('m2.jpg'), await images.bytes('m6.jpg')]
    await Promise.all([
      repeat(async (turn) => {
        await library.upload(`load-${turn}.jpg`, [m2])
        done.uploads += 1
      }),
      repeat(async () => {
        await compress(tasks, m6)
        done.compressed += 1
      }),
      repeat(async (turn) => {
        await client.get(`/default/tr:w-${700 + turn},f-webp/m12.jpg`)
        done.transformed += 1
      }),
    ])
  })()
  return {
    async stop() {
      running = false
      await all
      await library.stop()
      await client.stop()
      return done
    },
  }
}
