/** SITES: one camera with a million photos on both engines: the core calls, without HTTP. */
import type { MetadataStore } from '../../src/core/ports.ts'
import { dayOfIndex } from '../../src/core/sites/zones.ts'
import { type Filling, filledPostgres, filledSqlite } from '../filled.ts'
import { watchForeign, yardstick } from '../measure/rounds.ts'
import { median } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'
import { firstDay, installation, perDay, project, timezone } from '../sites/camera.ts'
import { fillPostgres, fillSqlite } from '../sites/fill.ts'
import { questions } from '../sites/questions.ts'

const dayMs = 86_400_000
const [yearMs, dayPageMs, nearestMs, listMs] = [50, 10, 5, 100]

/** Lists that are asked again at the end. */
const again = 30

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
    for (const [engine, open] of Object.entries({ SQLite: filledSqlite, PostgreSQL: filledPostgres })) {
      const filled = context.use(await open(context, filling(count)))
      const foreign = watchForeign(context.cores)
      const reference = [yardstick()]
      const { named, lists } = await measure(context, filled.store, count)
      reference.push(yardstick())
      await filled.stop()
      const steadiness = { reference, foreign: foreign.stop() }
      details[engine] = { ...steadiness, fillSeconds: filled.fillSeconds, named, lists: Object.fromEntries(lists) }
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
  const lists: { name: string; ask: () => Promise<unknown>; timing: Timing }[] = []
  for (const { name, filter: asked, every, page } of questions(context.quick ? 100 : 1000)) {
    const ask = () => (every === undefined ? captures.page(asked, page) : captures.thinned(asked, every, page))
    lists.push({ name, ask, timing: await time(ask, 1, 3) })
  }
  // Three runs may all have met a moment in which others had the machine: those that seem slowest get more.
  for (const list of lists.toSorted((a, b) => b.timing.best - a.timing.best).slice(0, again)) {
    const { best, typical } = await time(list.ask, 1, 10)
    list.timing = { best: Math.min(best, list.timing.best), typical }
  }
  return { named, lists: lists.map(({ name, timing }): [string, Timing] => [name, timing]) }
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

export const filling = (count: number): Filling => ({
  name: 'sites',
  count,
  prepare: (store) => addInstallation(store, count),
  sqlite: (folder) => fillSqlite(folder, count),
  postgres: (query, folder) => fillPostgres(query, folder, count),
})

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
