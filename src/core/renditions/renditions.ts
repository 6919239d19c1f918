/**
 * Renditions: pictures made from an asset's bytes, each made once (design section 6). Looked for in memory, among those
 * being made, in the store; else made, shown at once, and kept behind.
 */
import { createHash } from 'node:crypto'
import type { Lane } from '../jobs/records.ts'
import type { Clock } from '../ports.ts'
import type { ImageFormat } from '../processing/operations.ts'
import type { TransformOrder } from '../processing/transformation.ts'
import { createFailures } from './failures.ts'
import { createFlights } from './flights.ts'
import type { Keeper } from './keeper.ts'
import { type MakeDeps, make } from './make.ts'
import { createMemory } from './memory.ts'
import { type Reduction, reduce, reducedVersion } from './reduced.ts'
import type { Outcome, RenditionStats } from './stats.ts'

/** Raise it when the same order gives other pixels or bytes than before: it is part of every key. */
export const engineVersion = 3

export interface RenditionOrder {
  project: string
  /** Blob of the asset. */
  source: string
  /** What is known of the asset's picture, upright. Without it everything is made from the original. */
  picture?: { format: string; width: number; height: number; opaque: boolean }
  transform: TransformOrder
  /** Blobs of the image layers, as `transform.images`; of the fonts, as `transform.fonts`. */
  images: readonly string[]
  fonts: readonly string[]
  /** Page of a document, from 0. */
  page?: number
}

export interface Rendition {
  /** Hash of everything it was made from: the ETag. */
  key: string
  project: string
  /** The blob it was made from. */
  source: string
  format: ImageFormat
  width: number
  height: number
  bytes: Buffer
}

export interface Renditions {
  /** Hash of all that decides the bytes. */
  key(order: RenditionOrder): string
  /**
   * Made once, kept, and the same for all who ask at the same time. A caller that leaves cancels nobody else's.
   * @param lane default: interactive
   * @param seen hears where it came from
   * @throws DomainError as the engine (timed_out also for half a minute after it was); overloaded; cancelled
   */
  get(order: RenditionOrder, signal: AbortSignal, lane?: Lane, seen?: (outcome: Outcome) => void): Promise<Rendition>
  /** One that came about elsewhere, as `get` would have made it: shown and kept like those. */
  offer(order: RenditionOrder, made: Pick<Rendition, 'format' | 'width' | 'height' | 'bytes'>): void
  /** Forgets what is in memory of these sources (all of a project: undefined). */
  forget(project: string, sources?: ReadonlySet<string>): void
  memory(): { bytes: number; entries: number; making: number }
}

export interface RenditionDeps extends MakeDeps {
  keeper: Keeper
  /** Of results held in memory. */
  memoryBytes: number
  /** Small sizes of large pictures are made from a reduced intermediate. */
  reduces: boolean
  clock: Clock
  stats: RenditionStats
}

export function createRenditions(deps: RenditionDeps): Renditions {
  const { keeper, stats } = deps
  const memory = createMemory<Rendition>(deps.memoryBytes)
  const flights = createFlights<Rendition>()
  const failures = createFailures(deps.clock)
  const reductionOf = (order: RenditionOrder) => (deps.reduces ? reduce(order) : undefined)

  function keyOf({ picture: _known, ...order }: RenditionOrder, reduction: Reduction | undefined): string {
    const from = reduction === undefined ? [] : [reducedVersion]
    return createHash('sha256')
      .update(JSON.stringify([engineVersion, order, ...from]))
      .digest('hex')
      .slice(0, 32)
  }

  /** @param count for those who ask from outside */
  async function get(
    order: RenditionOrder,
    { signal, lane, count }: { signal: AbortSignal; lane: Lane; count(outcome: Outcome): void },
  ): Promise<Rendition> {
    const reduction = reductionOf(order)
    const key = keyOf(order, reduction)
    const known = memory.get(key)
    if (known !== undefined) {
      count('memory')
      keeper.used(key)
      return known
    }
    if (flights.has(key)) count('joined')
    return flights.join(key, signal, async (own) => {
      const kept = await stats.time('find', () => keeper.find({ project: order.project, source: order.source, key }))
      count(kept === undefined ? 'miss' : 'store')
      if (kept !== undefined) {
        keeper.used(key)
        return remembered(kept)
      }
      failures.check(key)
      const made = await fresh(order, reduction, own, lane).catch((error: unknown) => {
        failures.note(key, error)
        throw error
      })
      const rendition = { key, project: order.project, source: order.source, ...made }
      keeper.keep(rendition)
      return remembered(rendition)
    })
  }

  function fresh(order: RenditionOrder, reduction: Reduction | undefined, signal: AbortSignal, lane: Lane) {
    const observed = (stage: 'fetch' | 'transform', ms: number) => stats.observe(stage, ms)
    if (reduction === undefined) return make(deps, order, undefined, { signal, lane, observed })
    const intermediate = get(reduction.intermediate, { signal, lane, count() {} })
    return intermediate.then((base) => make(deps, reduction.order, base, { signal, lane, observed }))
  }

  function remembered(rendition: Rendition): Rendition {
    memory.put(rendition.key, rendition, rendition.bytes.length)
    return rendition
  }

  return {
    key: (order) => keyOf(order, reductionOf(order)),
    get(order, signal, lane = 'interactive', seen = () => undefined) {
      const count = (outcome: Outcome) => {
        stats.count(outcome)
        seen(outcome)
      }
      return get(order, { signal, lane, count })
    },
    offer(order, made) {
      const rendition = { key: keyOf(order, reductionOf(order)), project: order.project, source: order.source, ...made }
      keeper.keep(rendition)
      remembered(rendition)
    },
    forget(project, sources) {
      if (sources === undefined) keeper.forget(project)
      memory.drop((one) => one.project === project && (sources === undefined || sources.has(one.source)))
    },
    memory: () => ({ bytes: memory.bytes, entries: memory.size, making: flights.running }),
  }
}
