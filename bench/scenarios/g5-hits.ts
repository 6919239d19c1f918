/** G4 and G5: a picture that many want at once, and one that is there already. */
import { dirname, join } from 'node:path'
import { atOnce } from '../load/at-once.ts'
import { type ImageUrls, imageUrls, metric, putFile } from '../load/image-urls.ts'
import { startIpx } from '../load/ipx.ts'
import { startPeer } from '../load/peer.ts'
import { type Server, startServer } from '../load/server.ts'
import { interleave, measure } from '../measure/rounds.ts'
import { median, medianRatio } from '../measure/statistics.ts'
import type { HammerQuestion, HammerReply } from '../peers/hammer.ts'
import { type Figure, judged, type Scenario, shown } from '../scenario.ts'

const clients = 16
/** Requests per client for one picture that nobody has asked for before. */
const perClient = 10

export const hotKey: Scenario = {
  id: 'G4',
  title: `${clients} clients ask for the same picture, which nobody has asked for before: against ipx`,
  async run(context) {
    const { cores, images } = context
    const server = context.use(await startServer({ folder: join(context.folder, 'server') }))
    await putFile(server, 'm12.jpg', await images.bytes('m12.jpg'))
    const ours = context.use(imageUrls(server.port, clients))
    const ipx = await startIpx(dirname(images.path('m12.jpg')), context.say)
    if (ipx !== undefined) context.use(ipx)
    const theirs = ipx && context.use(imageUrls(ipx.port, clients))
    const all = (client: ImageUrls, path: string) =>
      measure([server.pid], async () => {
        await atOnce(clients * perClient, clients, () => client.get(path))
        return {}
      })
    await ours.get('/default/tr:w-700,f-jpg/m12.jpg')
    const transforms = () => metric(server.port, 'imagestead_delivery_answers_total{name="miss"}')
    const before = await transforms()
    const contenders = {
      ours: (round: number) => all(ours, `/default/tr:w-${800 + round},f-jpg/m12.jpg`),
      ...(theirs === undefined ? {} : { ipx: (round: number) => all(theirs, `/w_${800 + round},f_jpeg,q_80/m12.jpg`) }),
    }
    const limits = context.quick ? { rounds: 2, budgetMs: 10_000 } : { rounds: 4, budgetMs: 60_000 }
    const rounds = await interleave<string>(contenders, { ...limits, cores })
    const wall = (name: string) => (rounds.samples[name] ?? []).map(({ wallMs }) => wallMs)
    const made = (await transforms()) - before
    const steadiness = { reference: wall('ipx'), foreign: rounds.foreign }
    const figures: Figure[] = [
      judged(context, {
        name: 'transforms per picture',
        value: made / wall('ours').length,
        unit: '',
        goal: { at: 'most', value: 1 },
      }),
      shown('ours', (clients * perClient) / (median(wall('ours')) / 1000), '/s'),
      ...(theirs === undefined
        ? []
        : [
            judged(
              context,
              {
                name: 'answers/s / ipx',
                value: medianRatio(wall('ipx'), wall('ours')),
                unit: 'x',
                goal: { at: 'least', value: 10 },
              },
              steadiness,
            ),
          ]),
    ]
    return { figures, details: { rounds, made } }
  },
}

const connections = 32

export const hits: Scenario = {
  id: 'G5',
  title: 'A picture of about 32 KB that is there already, and its 304: against a bare node:http handler',
  async run(context) {
    const { cores, images } = context
    const server = context.use(
      await startServer({ folder: join(context.folder, 'server'), settings: { LOG_LEVEL: 'warn' } }),
    )
    await putFile(server, 'm12.jpg', await images.bytes('m12.jpg'))
    const path = await pathOfSize(server, 32_768)
    const client = context.use(imageUrls(server.port, 1))
    const { bytes } = await client.get(path)
    const etag = await etagOf(server.port, path)
    const environment = { BODY_BYTES: String(bytes) }
    const bare = context.use(await startPeer<object, number>('memory-handler', { environment }))
    const hammer = context.use(await startPeer<HammerQuestion, HammerReply>('hammer'))
    const barePort = await bare.ask({})
    const count = context.quick ? 10_000 : 40_000
    const load = (pid: number, port: number, more: string, status: number) => () =>
      measure([pid], async () => ({
        ...(await hammer.ask({
          port,
          request: `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}\r\n`,
          connections,
          count,
          status,
        })),
      }))
    const contenders = {
      ours: load(server.pid, server.port, '', 200),
      bare: load(bare.pid, barePort, '', 200),
      'ours 304': load(server.pid, server.port, `If-None-Match: ${etag}\r\n`, 304),
      'bare 304': load(bare.pid, barePort, 'If-None-Match: "bare"\r\n', 304),
    }
    for (const run of Object.values(contenders)) await run()
    const limits = context.quick ? { rounds: 3, budgetMs: 20_000 } : { rounds: 5, budgetMs: 90_000 }
    const { samples, foreign } = await interleave(contenders, { ...limits, cores })
    const of = (name: keyof typeof contenders, field: string) => samples[name].map((sample) => sample[field] ?? 0)
    const ratio = (name: keyof typeof contenders) => medianRatio(of('bare', 'wallMs'), of(name, 'wallMs'))
    const steadiness = { reference: of('bare', 'wallMs'), foreign }
    const rate = (name: keyof typeof contenders) => count / (median(of(name, 'wallMs')) / 1000)
    return {
      figures: [
        judged(
          context,
          { name: '200: answers/s / bare 200', value: ratio('ours'), unit: 'x', goal: { at: 'least', value: 0.85 } },
          steadiness,
        ),
        judged(
          context,
          { name: '304: answers/s / bare 200', value: ratio('ours 304'), unit: 'x', goal: { at: 'least', value: 1.6 } },
          steadiness,
        ),
        shown('200: CPU / bare', medianRatio(of('ours', 'cpuMs'), of('bare', 'cpuMs')), 'x'),
        shown('304: CPU / bare 200', medianRatio(of('ours 304', 'cpuMs'), of('bare', 'cpuMs')), 'x'),
        shown('ours 200, 304', rate('ours'), '/s', `304: ${Math.round(rate('ours 304'))} /s; ${bytes} bytes`),
        shown('bare 200, 304', rate('bare'), '/s', `304: ${Math.round(rate('bare 304'))} /s`),
      ],
      details: { samples, bytes },
    }
  },
}

/** A picture whose bytes come closest to so many. */
async function pathOfSize({ port }: Pick<Server, 'port'>, bytes: number): Promise<string> {
  const client = imageUrls(port, 1)
  const found = []
  for (const width of [500, 600, 700, 800, 900, 1000]) {
    const path = `/default/tr:w-${width},f-webp/m12.jpg`
    found.push({ path, off: Math.abs((await client.get(path)).bytes - bytes) })
  }
  await client.stop()
  return found.sort((a, b) => a.off - b.off)[0]?.path ?? ''
}

async function etagOf(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`)
  await answer.arrayBuffer()
  return answer.headers.get('etag') ?? ''
}
