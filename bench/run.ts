/**
 * `npm run bench`: the scenarios beside their references, judged against the goals of docs/performance.md.
 * Exit codes: 0 nothing missed, 1 a goal missed or a scenario failed, 75 inconclusive (the machine was not quiet).
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { standardImages } from './images.ts'
import { describeMachine, load } from './machine.ts'
import { headline, type Result, table } from './report.ts'
import type { Context, Scenario } from './scenario.ts'
import { encryption } from './scenarios/encryption.ts'
import { film } from './scenarios/film.ts'
import { transform } from './scenarios/g1-transform.ts'
import { hits, hotKey } from './scenarios/g5-hits.ts'
import { libraryUpload, upload } from './scenarios/g6-upload.ts'
import { json } from './scenarios/g7-json.ts'
import { thumbnails } from './scenarios/g8-thumbnails.ts'
import { mixedMemory } from './scenarios/g9-memory.ts'
import { large } from './scenarios/g10-large.ts'
import { zip } from './scenarios/g11-zip.ts'
import { ingest } from './scenarios/g13-ingest.ts'
import { batch } from './scenarios/g14-batch.ts'
import { start } from './scenarios/g16-start.ts'
import { library } from './scenarios/library.ts'
import { reduced } from './scenarios/reduced.ts'
import { similar } from './scenarios/similar.ts'
import { siteIngest } from './scenarios/site-ingest.ts'
import { sites } from './scenarios/sites.ts'
import { soak } from './scenarios/soak.ts'
import { vision } from './scenarios/vision.ts'

const scenarios: readonly Scenario[] = [
  transform,
  reduced,
  hotKey,
  hits,
  upload,
  libraryUpload,
  json,
  thumbnails,
  mixedMemory,
  large,
  zip,
  ingest,
  siteIngest,
  batch,
  start,
  encryption,
  film,
  library,
  vision,
  similar,
  sites,
  soak,
]
/** A scenario that hangs is given up; a long one after twice its time. */
const longestMs = 180_000

const usage = `npm run bench -- [SCENARIO ...] [--quick] [--only G6,G14] [--json] [--out FILE] [--keep FOLDER]

  --quick   few rounds, under 90 s: for CI; a goal must be missed by 10 % to count
  --only    these scenarios, as those named without it: ${scenarios.map(({ id }) => id).join(', ')}
  --json    the result as JSON on standard output instead of tables
  --out     where the JSON file goes (default: bench/results/<time>.json)
  --keep    databases of library and SITES stay in this folder, for the next run to find
`

const options = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
  keep: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  if (process.platform !== 'linux')
    throw new Error('CPU time and memory are read from /proc: the benchmark runs on Linux.')
  const chosen = choose(
    positionals.length === 0
      ? values.only
      : [...positionals, ...(values.only ?? '').split(',')].filter(Boolean).join(','),
  )
  const say = (line: string) => process.stderr.write(`  ${line}\n`)
  const machine = describeMachine()
  const show = (text: string) => process[values.json ? 'stderr' : 'stdout'].write(`${text}\n`)
  show(headline(machine))
  const images = await standardImages(say)
  const started = new Date()
  const results: Result[] = []
  for (const scenario of chosen) {
    const kept = values.keep === undefined ? {} : { kept: resolve(values.keep) }
    const result = await runScenario(scenario, { quick: values.quick, images, say, ...kept })
    show(table(result))
    results.push(result)
  }
  const document = {
    started: started.toISOString(),
    quick: values.quick,
    images: images.source,
    machine,
    load: load(),
    results,
  }
  const text = `${JSON.stringify(document, undefined, 2)}\n`
  if (values.json) process.stdout.write(text)
  const file = values.out ?? (await resultFile(started))
  await writeFile(file, text)
  show(`\nwritten to ${file}`)
  return exitCode(results, values.quick)
}

function choose(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios.filter(({ long }) => long === undefined)
  return only.split(',').map((name) => {
    const found = scenarios.find(({ id }) => id.toLowerCase() === name.trim().toLowerCase())
    if (found === undefined) throw new Error(`There is no scenario ${name}.\n\n${usage}`)
    return found
  })
}

async function runScenario(
  { id, title, long, run }: Scenario,
  { quick, images, say, kept }: Pick<Context, 'quick' | 'images' | 'say' | 'kept'>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), `imagestead-bench-${id.toLowerCase()}-`))
  const resources: { stop(): Promise<void> }[] = []
  const context: Context = {
    quick,
    images,
    folder,
    ...(kept === undefined ? {} : { kept }),
    cores: availableParallelism(),
    use(resource) {
      resources.push(resource)
      return resource
    },
    say: (line) => say(`${id} ${line}`),
  }
  const started = performance.now()
  const result: Result = { id, title, seconds: 0, loadBefore: load(), figures: [], details: {} }
  try {
    Object.assign(result, await within(long === undefined ? longestMs : long.minutes * 120_000, run(context)))
  } catch (error) {
    result.failure = `${error instanceof Error ? error.message : String(error)}${await lastWords(folder)}`
  } finally {
    for (const resource of resources.reverse()) await resource.stop()
    await rm(folder, { recursive: true, force: true })
  }
  result.seconds = (performance.now() - started) / 1000
  return result
}

/** The end of the server's log, before its folder goes. */
async function lastWords(folder: string): Promise<string> {
  const log = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '')
  const lines = log.trimEnd().split('\n').slice(-3)
  return log === '' ? '' : `\n    the server's log ends:\n    ${lines.map((line) => line.slice(0, 500)).join('\n    ')}`
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function resultFile(started: Date): Promise<string> {
  const folder = fileURLToPath(new URL('results/', import.meta.url))
  await mkdir(folder, { recursive: true })
  return join(folder, `${started.toISOString().replaceAll(':', '-')}.json`)
}

/** A quick run on a busy machine is no failure: it is a smoke test. */
function exitCode(results: readonly Result[], quick: boolean): number {
  const verdicts = results.flatMap(({ figures }) => figures.map(({ verdict }) => verdict))
  if (results.some(({ failure }) => failure !== undefined) || verdicts.includes('missed')) return 1
  return verdicts.includes('inconclusive') && !quick ? 75 : 0
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  },
)
