/**
 * The ImageEngine: four pools of the same children. Jobs with a source that sharp cannot read run in the second one, so
 * that the large fallback decoders are loaded there only, when such a file comes, and their memory goes when it is idle.
 * Models likewise: in the third. Films have the
 * fourth: they take minutes, and nobody's picture waits behind them.
 */
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { toDomainError } from '../../core/errors.ts'
import type { EngineJob, EngineSource, ImageEngine } from '../../core/ports.ts'
import { createBudget } from './admission.ts'
import { needsFallback } from './child/fallback/decoder.ts'
import { formatOf, sniffBytes } from './child/sniff.ts'
import { createHeaders } from './headers.ts'
import { createPool, type PoolOptions } from './pool.ts'

/** Segments of films, and joining them, that may wait: each film has one at a time. */
const waitingSegments = 50
const nothing = Buffer.alloc(0)
/** Looks that may wait for each child with models: some seconds. */
const waitingLooks = 16

export interface EngineSettings extends PoolOptions {
  /** Most children that hold models; default: as many as others. */
  lookers?: number
  /** One of those is replaced when it holds more than this after a job. */
  lookerBytes?: number
  /** Most children that make films; default 2. */
  filmers?: number
}

export function createEngine(options: EngineSettings): ImageEngine {
  const budget = createBudget(options.memoryBytes)
  const headers = createHeaders()
  const usual = createPool(options, budget, headers)
  const fallback = createPool({ ...options, workers: Math.ceil(options.workers / 2) }, budget)
  const { lookers: most = options.workers, lookerBytes: childBytes = options.childBytes } = options
  // Who waits behind so many is too late in any case, and a look that is given up while it runs costs a child its models.
  const queue = Math.min(options.queue, most * waitingLooks)
  const lookers = createPool({ ...options, workers: most, childBytes, queue }, budget)
  const films = createPool({ ...options, workers: options.filmers ?? 2, queue: waitingSegments }, budget)
  const pools = [usual, fallback, lookers, films]

  return {
    async inspect(given, engineOptions) {
      const { source, head } = await peek(given)
      return (isFallback(head) ? fallback : usual).inspect(source, engineOptions)
    },
    async describe(given, engineOptions, thumbnail) {
      const { format } = given
      const { source, head } = format === undefined ? await peek(given) : { source: given, head: nothing }
      const needs = format === undefined ? isFallback(head) : needsFallback(format)
      return (needs ? fallback : usual).describe(source, engineOptions, thumbnail)
    },
    look: lookers.look,
    filmSegment: films.filmSegment,
    joinFilm: films.joinFilm,
    filmAbilities: films.filmAbilities,
    formatOf,
    async run(job, sink, engineOptions) {
      const peeked = await Promise.all(
        job.sources.map((source) => (headers.knows(source) ? { source, head: nothing } : peek(source))),
      )
      const pool = needsModels(job) ? lookers : peeked.some(({ head }) => isFallback(head)) ? fallback : usual
      return pool.run({ ...job, sources: peeked.map(({ source }) => source) }, sink, engineOptions)
    },
    warm: usual.warm,
    admit: (lane, work) => (work === 'look' ? lookers : usual).admit(lane),
    stats() {
      const each = pools.map((pool) => pool.stats())
      const sum = (of: (stats: ReturnType<ImageEngine['stats']>) => number) =>
        each.reduce((total, stats) => total + of(stats), 0)
      return {
        children: sum(({ children }) => children),
        running: sum(({ running }) => running),
        waiting: {
          interactive: sum(({ waiting }) => waiting.interactive),
          batch: sum(({ waiting }) => waiting.batch),
        },
        restarts: sum(({ restarts }) => restarts),
        queuedBytes: budget.bytes,
      }
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

/** Whichever format they are in: two jobs with models at once are enough. */
function needsModels({ operations }: EngineJob): boolean {
  return operations.upscale !== undefined || operations.removeBackground === true
}

function isFallback(head: Buffer): boolean {
  const format = formatOf(head)
  return format !== undefined && needsFallback(format)
}

/** The first bytes of a source, and the source to read it whole. */
async function peek(source: EngineSource): Promise<{ source: EngineSource; head: Buffer }> {
  if ('path' in source) return { source, head: await headOfFile(source.path) }
  const chunks = source.stream.iterator({ destroyOnReturn: false })
  const seen: Buffer[] = []
  let length = 0
  while (length < sniffBytes) {
    const { value, done } = await chunks.next().catch((error: unknown) => {
      throw toDomainError(error)
    })
    if (done === true) break
    const chunk = Buffer.from(value)
    seen.push(chunk)
    length += chunk.length
  }
  const whole = Readable.from(
    (async function* () {
      yield* seen
      yield* chunks
    })(),
    { objectMode: false },
  )
  // Also while the job waits for a child, when nobody reads.
  source.stream.once('error', (error) => whole.destroy(error))
  return { source: { ...source, stream: whole }, head: Buffer.concat(seen).subarray(0, sniffBytes) }
}

/** Empty when it cannot be read: the child says why. */
async function headOfFile(path: string): Promise<Buffer> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return Buffer.alloc(0)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
