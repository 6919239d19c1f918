/** SITES: one camera with a million photos on both engines: the core calls, without HTTP. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openPostgres } from '../../src/adapters/database/postgres/open.ts'
import { startTestPostgres } from '../../src/adapters/database/postgres/test-server.ts'
import { openSqlite } from '../../src/adapters/database/sqlite/open.ts'
import type { MetadataStore } from '../../src/core/ports.ts'
import { dayOfIndex } from '../../src/core/sites/zones.ts'
import { watchForeign, yardstick } from '../measure/rounds.ts'
import { median } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'
import { firstDay, installation, perDay, project, timezone } from '../sites/camera.ts'
import { fillPostgres, fillSqlite } from '../sites/fill.ts'
import { questions } from '../sites/questions.ts'

const dayMs = 86_400_000
const [yearMs, dayPageMs, nearestMs, listMs] = [50, 10, 5, 100]

interface Timing {
  /** The best of some runs: others use the machine. */
  best: number
  typical: number
}

export const sites: Scenario = {
  id: 'SITES',
  title: 'A camera with a million photos, on both engines',
  long: { minutes: 10 },
  async run(context) {
    const count = context.quick ? 100_000 : 1_000_000
    const details: Record<string, unknown> = { count }
    const figures: Figure[] = []
    for (const [engine, open] of Object.entries({ SQLite: onSqlite, PostgreSQL: onPostgres })) {
      const store = await open(context, count)
      const foreign = watchForeign(context.cores)
      const reference = [yardstick()]
      const { named, lists } = await measure(context, store, count)
      reference.push(yardstick())
      await store.close()
      const steadiness = { reference, foreign: foreign.stop() }
      details[engine] = { ...steadiness, named, lists: Object.fromEntries(lists) }
      for (const { name, goal, timing } of named) {
        const note = `median ${timing.typical.toFixed(1)} ms`
        const figure = { name: `${engine}: ${name}`, value: timing.best, unit: 'ms', note }
        figures.push(judged(context, { ...figure, goal: { at: 'most', value: goal } }))
      }
      const slowest = [...lists].sort(([, a], [, b]) => b.best - a.best)
      const all = lists.map(([, { best }]) => best)
      figures.push(shown(`${engine}: lists, ${lists.length} combinations, median`, median(all), 'ms'))
      const [worst] = slowest
      if (worst === undefined) continue
      const figure = { name: `${engine}: lists, slowest combination`, value: worst[1].best, unit: 'ms', note: worst[0] }
      figures.push(judged(context, { ...figure, goal: { at: 'most', value: listMs } }))
      for (const [name, { best }] of slowest.slice(1, 6)) figures.push(shown(`${engine}: then ${name}`, best, 'ms'))
    }
    return { figures, details }
  },
}

async function measure(context: Context, store: MetadataStore, count: number) {
  const { captures } = store.read
  const middle = Math.floor(count / perDay / 2)
  const dayOf = (number: number) => dayOfIndex(firstDay / dayMs + number)
  const filter = { project, installations: [installation] }
  const shapes: [string, number, (run: number) => Promise<unknown>][] = [
    [
      'calendar of a year',
      yearMs,
      (run) => captures.days(installation, dayOf(middle - 200 + run), dayOf(middle + 164 + run)),
    ],
    [
      'day page',
      dayPageMs,
      (run) => captures.page({ ...filter, days: [dayOf(middle + run)] }, { order: 'desc', limit: 101 }),
    ],
    ['nearest', nearestMs, (run) => captures.nearest(installation, firstDay + (middle + run * 3.21) * dayMs)],
    ['latest', nearestMs, () => captures.latest(installation)],
    ['first page', dayPageMs, () => captures.page(filter, { order: 'desc', limit: 101 })],
  ]
  const named: { name: string; goal: number; timing: Timing }[] = []
  for (const [name, goal, ask] of shapes) named.push({ name, goal, timing: await time(ask, 3, 30) })
  const lists: [string, Timing][] = []
  for (const { name, filter: asked, every, page } of questions(context.quick ? 100 : 1000)) {
    const ask = () => (every === undefined ? captures.page(asked, page) : captures.thinned(asked, every, page))
    lists.push([name, await time(ask, 1, 3)])
  }
  return { named, lists }
}

async function time(ask: (run: number) => Promise<unknown>, warm: number, runs: number): Promise<Timing> {
  const samples: number[] = []
  for (let run = 0; run < warm + runs; run += 1) {
    const started = performance.now()
    await ask(run)
    if (run >= warm) samples.push(performance.now() - started)
  }
  return { best: Math.min(...samples), typical: median(samples) }
}

async function onSqlite(context: Context, count: number): Promise<MetadataStore> {
  const path = join(context.folder, 'sqlite')
  const empty = await openSqlite({ path, clock: Date })
  await empty.migrate()
  await addInstallation(empty, count)
  await empty.close()
  context.say(`SQLite, filling in ${count}`)
  fillSqlite(path, count)
  const store = await openSqlite({ path, clock: Date })
  context.use({ stop: () => store.close() })
  return store
}

async function onPostgres(context: Context, count: number): Promise<MetadataStore> {
  const server = context.use(await startTestPostgres())
  await server.admin(`alter system set shared_buffers = '1GB'`)
  await server.admin(`alter system set max_wal_size = '8GB'`)
  await server.pause()
  await server.start()
  const url = await server.url()
  const store = await openPostgres({ url, pool: 5, clock: Date })
  context.use({ stop: () => store.close() })
  await store.migrate()
  await addInstallation(store, count)
  context.say(`PostgreSQL, filling in ${count}`)
  const folder = join(context.folder, 'postgres')
  await mkdir(folder, { recursive: true })
  await fillPostgres((sql) => server.run(url, sql), folder, count)
  return store
}

const addInstallation = (store: MetadataStore, photos: number) =>
  store.tx((tx) =>
    tx.installations.insert({
      id: installation,
      project,
      name: 'A site',
      description: null,
      timezone,
      latitude: null,
      longitude: null,
      address: null,
      status: 'active',
      started: null,
      ended: null,
      photos,
      tags: [],
      watermark: null,
      rev: 1,
      created: 1,
      updated: 1,
      deleted: null,
    }),
  )
