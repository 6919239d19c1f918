/**
 * G12: queries of a growing library on both engines: the core call, without HTTP. Growth is that of CPU time per query
 * (server included) from a tenth of the assets to all of them: it says the same on a busy machine.
 */

import type { AssetDeps } from '../../src/core/assets/deps.ts'
import { listFiles } from '../../src/core/assets/list.ts'
import { toDomainError } from '../../src/core/errors.ts'
import type { MetadataStore } from '../../src/core/ports.ts'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { type Filled, type Filling, filledPostgres, filledSqlite } from '../filled.ts'
import { project } from '../library/assets.ts'
import { fillPostgres, fillSqlite } from '../library/fill.ts'
import { type Shape, shapes } from '../library/shapes.ts'
import { cpuMs } from '../measure/process-table.ts'
import { watchForeign, yardstick } from '../measure/rounds.ts'
import { median, percentile } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

const searchMs = 2000
const [medianMs, growth, p99Ms] = [5, 3, 300]

interface Timing {
  median: number
  /** Per query, all processes. */
  cpuMs: number
  p99: number
  runs: number
  /** Refused at the deadline of searches: the documented limit. */
  refused: number
}
interface Timings {
  shapes: Record<string, Timing>
  yardstickMs: number[]
  foreign: number
}

export const library: Scenario = {
  id: 'library',
  title: 'G12: a growing library, queries on both engines',
  long: { minutes: 20 },
  async run(context) {
    const [few, many] = context.quick ? [10_000, 100_000] : [100_000, 1_000_000]
    const details: Record<string, unknown> = { few, many }
    const figures: Figure[] = []
    for (const [engine, open] of Object.entries({ SQLite: filledSqlite, PostgreSQL: filledPostgres })) {
      const small = await measured(context, open, few)
      const large = await measured(context, open, many)
      details[engine] = { [few]: small, [many]: large }
      figures.push(...shapes.flatMap((shape) => figuresOf(context, engine, shape, small.timings, large.timings)))
      figures.push(shown(`${engine}: megabytes per 100,000 assets`, large.bytes / 1e6 / (many / 100_000), 'MB'))
    }
    return { figures, details }
  },
}

interface Measured {
  timings: Timings
  bytes: number
  fillSeconds: number
}

async function measured(
  context: Context,
  open: (where: Context, filling: Filling) => Promise<Filled>,
  count: number,
): Promise<Measured> {
  const filled = context.use(await open(context, filling(count)))
  const timings = await timeAll(context, filled.store, count)
  await filled.stop()
  const { bytes, fillSeconds } = filled
  return { timings, bytes, fillSeconds }
}

export const filling = (count: number): Filling => ({
  name: 'library',
  count,
  prepare: (store) =>
    store.tx(({ customFields }) =>
      Promise.all([
        customFields.insert(field('colour', 'SingleSelect')),
        customFields.insert(field('rating', 'Number')),
      ]).then(() => {}),
    ),
  sqlite: (folder) => fillSqlite(folder, count),
  postgres: (query, folder) => fillPostgres(query, folder, count),
})

async function timeAll(context: Context, store: MetadataStore, count: number): Promise<Timings> {
  context.say(`queries on ${count}`)
  const deps = { store, clock: Date, searchMs } as unknown as AssetDeps
  const timings: Timings = { shapes: {}, yardstickMs: [], foreign: 0 }
  const foreign = watchForeign(context.cores)
  for (const shape of shapes) {
    timings.yardstickMs.push(yardstick())
    timings.shapes[shape.name] = await time(context, deps, shape, count)
  }
  timings.foreign = foreign.stop()
  return timings
}

const field = (name: string, type: 'SingleSelect' | 'Number') => ({
  id: `${name}-field`,
  project,
  name,
  label: name,
  schema: type === 'Number' ? { type } : { type, selectOptions: ['red'] },
  description: null,
  deleted: false,
  created: 1,
})

const caller = {
  project: { id: project, name: '', status: 'active' as const, settings: projectSettingsSchema.parse({}), created: 0 },
}
const plain = { type: 'file', fileType: 'all', skip: 0 } as const
/** No shape gets more of the clock. */
const longestMs = 8000

async function time(context: Context, deps: AssetDeps, { ask, name }: Shape, count: number): Promise<Timing> {
  const samples: number[] = []
  let refused = 0
  let cpuBefore = 0
  const [warm, runs] = context.quick ? [5, 60] : [20, 300]
  const end = performance.now() + longestMs
  for (let run = 0; run < warm + runs && (run < warm + 5 || performance.now() < end); run += 1) {
    const asked = ask(run, count)
    if (run === warm) cpuBefore = cpuMs(process.pid)
    const started = performance.now()
    try {
      if (typeof asked === 'string') await deps.store.read.assets.find(project, asked)
      else await listFiles(deps, caller, { ...plain, sort: 'CREATED', descending: true, limit: 50, ...asked })
    } catch (error) {
      if (toDomainError(error).code !== 'timed_out') throw new Error(`${name}: ${String(error)}`, { cause: error })
      refused += 1
    }
    if (run >= warm) samples.push(performance.now() - started)
  }
  const cpu = (cpuMs(process.pid) - cpuBefore) / samples.length
  return { median: median(samples), cpuMs: cpu, p99: percentile(samples, 0.99), runs: samples.length, refused }
}

function figuresOf(
  context: Context,
  engine: string,
  { name, named, unindexed }: Shape,
  small: Timings,
  large: Timings,
): Figure[] {
  const [before, after] = [small.shapes[name], large.shapes[name]]
  const steadiness = { reference: large.yardstickMs, foreign: large.foreign }
  if (before === undefined || after === undefined) return []
  const label = `${engine}: ${name}`
  const note = `p99 ${after.p99.toFixed(1)} ms; ${after.cpuMs.toFixed(2)} ms of CPU, ${before.cpuMs.toFixed(2)} with a tenth of the assets`
  if (!named) {
    // A search that ends at its time limit does so after the statement it is at.
    const most = unindexed === true ? searchMs * 1.1 : p99Ms
    const figure = { name: `${label}, p99`, value: after.p99, unit: 'ms', goal: { at: 'most', value: most } } as const
    const limit = `bounded by the limit of ${searchMs} ms: ${after.refused} of ${after.runs} refused`
    const typical = `median ${after.median.toFixed(1)} ms, ${after.cpuMs.toFixed(1)} ms of CPU`
    return [judged(context, { ...figure, note: unindexed === true ? `${typical}; ${limit}` : typical }, steadiness)]
  }
  return [
    judged(
      context,
      {
        name: `${label}, median`,
        value: after.median,
        unit: 'ms',
        goal: { at: 'most', value: medianMs },
        note,
      },
      steadiness,
    ),
    judged(context, {
      name: `${label}, growth`,
      value: after.cpuMs / before.cpuMs,
      unit: 'x',
      goal: { at: 'most', value: growth },
    }),
  ]
}
