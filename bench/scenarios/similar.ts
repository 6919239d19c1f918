/**
 * Likeness in a large library, on both engines: `similarTo` as the Library API asks for it (50 files, without HTTP), how
 * many of the true ten it finds, and how long the index takes to be read when somebody asks first.
 */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openPostgres } from '../../src/adapters/database/postgres/open.ts'
import { startTestPostgres } from '../../src/adapters/database/postgres/test-server.ts'
import { openFile } from '../../src/adapters/database/sqlite/load.ts'
import { openSqlite } from '../../src/adapters/database/sqlite/open.ts'
import { createLikenessIndex } from '../../src/adapters/likeness/likeness.ts'
import type { AssetDeps } from '../../src/core/assets/deps.ts'
import { listFiles } from '../../src/core/assets/list.ts'
import type { MetadataStore } from '../../src/core/ports.ts'
import { projectSettingsSchema } from '../../src/core/projects/settings.ts'
import { basisOf, directionOf, likenessOf } from '../../src/core/vision/likeness.ts'
import { assetId, created, project, spread } from '../library/assets.ts'
import { fillPostgres, fillSqlite } from '../library/fill.ts'
import { dimensions, vector } from '../library/vectors.ts'
import { cpuMs } from '../measure/process-table.ts'
import { watchForeign, yardstick } from '../measure/rounds.ts'
import { median, percentile } from '../measure/statistics.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

const goals = { 100000: 50, 1000000: 300 } as const
type Size = keyof typeof goals

export const similar: Scenario = {
  id: 'similar',
  title: 'Likeness: similarTo in a library of 100,000 and a million files, on both engines',
  long: { minutes: 30 },
  async run(context) {
    const sizes: Size[] = context.quick ? [100_000] : [100_000, 1_000_000]
    const engines = { SQLite: onSqlite, PostgreSQL: onPostgres }
    const [figures, details]: [Figure[], Record<string, unknown>] = [[], {}]
    for (const count of sizes) {
      const exact = exactTen(context, count)
      for (const [engine, open] of Object.entries(engines)) {
        const store = await open(context, count)
        const measured = await measure(context, store, count, exact)
        await store.stop()
        details[`${engine} ${count}`] = measured
        figures.push(...figuresOf(context, `${engine}, ${count.toLocaleString('en')}`, count, measured))
      }
    }
    return { figures, details }
  },
}

interface Measured {
  firstMs: number
  /** Per question, all processes. */
  cpuMs: number
  samples: number[]
  recall: number
  filteredMedian: number
  indexBytes: number
  yardstickMs: number[]
  foreign: number
}

const caller = {
  project: { id: project, name: '', status: 'active' as const, settings: projectSettingsSchema.parse({}), created: 0 },
}
const asked = (run: number, count: number) => spread(run, 77, count)
const page = { type: 'file', fileType: 'all', sort: 'CREATED', descending: false, skip: 0, limit: 50 } as const
const recallRuns = 20

async function measure(
  context: Context,
  store: MetadataStore,
  count: number,
  exact: ReadonlyMap<number, readonly string[]>,
): Promise<Measured> {
  const likeness = createLikenessIndex({ store, clock: Date, memoryBytes: 256 * 1024 * 1024 })
  try {
    const deps = { store, clock: Date, searchMs: 600_000, likeness } as unknown as AssetDeps
    const ask = async (number: number, more = '') => {
      const searchQuery = `similarTo = "${assetId(number)}"${more}`
      const { found } = await listFiles(deps, caller, { ...page, searchQuery })
      return found.flatMap((one) => ('asset' in one ? one.asset.id : []))
    }
    context.say(`reading the index of ${count}`)
    const begun = performance.now()
    await ask(0)
    const firstMs = performance.now() - begun
    context.say(`asking ${count}`)
    const [samples, yardstickMs]: [number[], number[]] = [[], []]
    const foreign = watchForeign(context.cores)
    const cpuBefore = cpuMs(process.pid)
    for (let run = 0; run < (context.quick ? 60 : 200); run += 1) {
      if (run % 20 === 0) yardstickMs.push(yardstick())
      const started = performance.now()
      await ask(asked(run, count))
      if (run >= 10) samples.push(performance.now() - started)
    }
    const cpu = (cpuMs(process.pid) - cpuBefore) / (samples.length + 10)
    const others = foreign.stop()
    let hits = 0
    for (const [number, ids] of exact) {
      const found = new Set((await ask(number)).slice(0, 10))
      hits += ids.filter((id) => found.has(id)).length
    }
    const filtered: number[] = []
    for (let run = 0; run < 20; run += 1) {
      const started = performance.now()
      await ask(asked(run, count), ` AND tags IN ["tag-${run}"]`)
      filtered.push(performance.now() - started)
    }
    const recall = hits / (10 * exact.size)
    const { bytes: indexBytes } = likeness.stats()
    return {
      firstMs,
      cpuMs: cpu,
      samples,
      recall,
      filteredMedian: median(filtered),
      indexBytes,
      yardstickMs,
      foreign: others,
    }
  } finally {
    await likeness.close()
  }
}

function figuresOf(context: Context, name: string, count: Size, measured: Measured): Figure[] {
  const { samples, recall, firstMs, filteredMedian, indexBytes, yardstickMs: reference, foreign } = measured
  const note = `median ${median(samples).toFixed(1)} ms; ${measured.cpuMs.toFixed(1)} ms of CPU`
  const goal = { at: 'most', value: goals[count] } as const
  const p95 = { name: `${name}: similarTo, p95`, value: percentile(samples, 0.95), unit: 'ms', goal, note }
  return [
    judged(context, p95, { reference, foreign }),
    judged(context, { name: `${name}: recall@10`, value: recall, unit: '', goal: { at: 'least', value: 0.95 } }),
    shown(`${name}: with a tag that one in a hundred has, median`, filteredMedian, 'ms'),
    shown(`${name}: the first question, which reads the index`, firstMs / 1000, 's'),
    shown(`${name}: index in memory`, indexBytes / 1e6, 'MB'),
  ]
}

/** The true ten of some pictures, by every vector. */
function exactTen(context: Context, count: number): Map<number, string[]> {
  context.say(`the true neighbours among ${count}`)
  const sample = Array.from({ length: 4096 }, (_, number) => vector(number, count))
  const basis = basisOf(sample, dimensions)
  const queries = Array.from({ length: recallRuns }, (_, run) => {
    const number = asked(run + 1000, count)
    return { number, direction: directionOf(vector(number, count), basis), best: [] as { id: string; at: number }[] }
  })
  for (let number = 0; number < count; number += 1) {
    const other = vector(number, count)
    for (const query of queries) {
      if (query.number === number) continue
      const at = likenessOf(query.direction, other, basis)
      if (query.best.length < 10 || at > (query.best.at(-1)?.at ?? 0)) {
        query.best.push({ id: assetId(number), at })
        query.best.sort((a, b) => b.at - a.at)
        query.best.length = Math.min(10, query.best.length)
      }
    }
  }
  return new Map(queries.map(({ number, best }) => [number, best.map(({ id }) => id)]))
}

type Open = MetadataStore & { stop(): Promise<void> }

async function onSqlite(context: Context, count: number): Promise<Open> {
  const path = join(context.folder, `sqlite-${count}`)
  const empty = await openSqlite({ path, clock: Date })
  await empty.migrate()
  await empty.close()
  context.say(`SQLite, filling in ${count}`)
  fillSqlite(path, count)
  const database = openFile(join(path, 'imagestead.db'))
  database.exec('pragma synchronous = off')
  const sights = database.prepare(
    'insert into sights (blob, space, scale, vector, facts, created) values (?, ?, ?, ?, ?, ?)',
  )
  const vectors = database.prepare(
    'insert into vectors (project, space, made, asset, scale, vector) values (?, ?, ?, ?, ?, ?)',
  )
  database.exec('begin')
  for (const { blob, space, scale, bytes, made, asset } of rows(count)) {
    sights.run(blob, space, scale, bytes, facts, made)
    vectors.run(project, space, made, asset, scale, bytes)
  }
  database.exec('commit')
  database.close()
  const store = await openSqlite({ path, clock: Date })
  return context.use({ ...store, stop: () => store.close() })
}

async function onPostgres(context: Context, count: number): Promise<Open> {
  const server = context.use(await startTestPostgres())
  await server.admin(`alter system set shared_buffers = '512MB'`)
  await server.admin(`alter system set max_wal_size = '8GB'`)
  await server.pause()
  await server.start()
  const url = await server.url()
  const store = await openPostgres({ url, pool: 5, clock: Date })
  await store.migrate()
  context.say(`PostgreSQL, filling in ${count}`)
  const folder = join(context.folder, `postgres-${count}`)
  await mkdir(folder, { recursive: true })
  await fillPostgres((sql) => server.run(url, sql), folder, count)
  for (const open of [folder, dirname(folder)]) await chmod(open, 0o755)
  const [sights, vectors] = [join(folder, 'sights'), join(folder, 'vectors')]
  const files = [createWriteStream(sights), createWriteStream(vectors)] as const
  for (const { blob, space, scale, bytes, made, asset } of rows(count)) {
    const hex = `\\\\x${Buffer.from(bytes).toString('hex')}`
    const kept = files[0].write(`${[blob, space, scale, hex, facts, made].join('\t')}\n`)
    const sent = files[1].write(`${[project, space, made, asset, scale, hex].join('\t')}\n`)
    if (!kept) await once(files[0], 'drain')
    if (!sent) await once(files[1], 'drain')
  }
  for (const file of files) await new Promise<void>((resolve) => file.end(() => resolve()))
  await server.run(url, `copy sights (blob, space, scale, vector, facts, created) from '${sights}'`)
  await server.run(url, `copy vectors (project, space, made, asset, scale, vector) from '${vectors}'`)
  for (const table of ['sights', 'vectors']) await server.run(url, `vacuum analyze ${table}`)
  return context.use({
    ...store,
    async stop() {
      await store.close()
      await server.stop()
    },
  })
}

/** About as long as those of real pictures. */
const facts = JSON.stringify({ features: {}, objects: [], padding: 'x'.repeat(2000) })

function* rows(count: number) {
  for (let number = 0; number < count; number += 1) {
    const id = assetId(number)
    yield { ...vector(number, count), blob: `${project}/${id}`, asset: id, made: created(number) }
  }
}
