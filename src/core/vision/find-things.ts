/** Where faces and things are in a stored picture: from the look that is kept of it, or by looking now. */
import { DomainError } from '../errors.ts'
import type { Lane } from '../jobs/records.ts'
import type { BlobStore, Clock, MetadataStore, ModelShelf } from '../ports.ts'
import type { FoundThings } from '../processing/focus.ts'
import type { Model } from '../processing/model.ts'
import type { Sight } from '../processing/sight.ts'
import { createFlights } from '../renditions/flights.ts'
import type { Vision } from './vision.ts'

/**
 * Undefined: no detector is ready, or the picture cannot be looked at.
 * @throws DomainError overloaded, unavailable, cancelled: what a later try may answer better must not be kept
 */
export type FindThings = (
  blob: string,
  options: { lane: Lane; signal: AbortSignal },
) => Promise<FoundThings | undefined>

export interface FindThingsDeps {
  store: MetadataStore
  blobs: BlobStore
  vision: Pick<Vision, 'look'>
  shelf: Pick<ModelShelf, 'ready'>
  clock: Clock
  deadlineMs: number
}

const passing = new Set(['overloaded', 'unavailable', 'cancelled'])

export function createFindThings(deps: FindThingsDeps): FindThings {
  const { store, blobs, vision, shelf, clock, deadlineMs } = deps
  const flights = createFlights<Sight | undefined>()

  async function look(blob: string, lane: Lane, signal: AbortSignal): Promise<Sight | undefined> {
    const file = await blobs.localFile(blob, signal)
    try {
      const sight = await vision.look({ path: file.path }, { lane, deadlineMs, signal })
      // The blob may be gone by now; then nobody needs it.
      await store.tx((tx) => tx.sights.put(blob, sight, clock.now())).catch(() => undefined)
      return sight
    } catch (error) {
      if (error instanceof DomainError && !passing.has(error.code)) return undefined
      throw error
    } finally {
      file.release()
    }
  }

  return async (blob, { lane, signal }) => {
    const detectors = (await shelf.ready()).filter(({ task }) => task === 'detect' || task === 'faces')
    if (detectors.length === 0) return undefined
    const kept = await store.read.sights.find(blob)
    const sight =
      kept !== undefined && tookPart(detectors, kept.sight)
        ? kept.sight
        : await flights.join(blob, signal, (own) => look(blob, lane, own))
    return sight && { faces: sight.faces, objects: sight.objects }
  }
}

const tookPart = (models: readonly Model[], { models: seen }: Sight) =>
  models.every(({ id, sha256 }) => seen.includes(`${id}@${sha256.slice(0, 8)}`))
