/** Looking at a picture: when it comes in, and later for what was not kept of it then. */
import type { Caller } from '../caller.ts'
import { DomainError } from '../errors.ts'
import type { ImageFacts } from '../ports.ts'
import type { ImageDescription, ThumbnailWish } from '../processing/description.ts'
import type { InputFormat } from '../processing/operations.ts'
import type { AssetDeps } from './deps.ts'
import type { Description } from './descriptions.ts'
import type { Asset } from './records.ts'

type Deps = Pick<AssetDeps, 'blobs' | 'engine' | 'ingestDeadlineMs'>

/** A decoder that hangs or crashes; the header, which needs none, can still be read. */
const ofTheDecoder = ['timed_out', 'internal']

/**
 * All that a picture tells; only its header's facts when its pixels cannot be decoded in time.
 * @throws DomainError `damaged_image` and the like, as the engine; `overloaded`, `unavailable`, `cancelled`
 */
export async function lookAt(
  { blobs, engine, ingestDeadlineMs: deadlineMs }: Deps,
  blob: string,
  signal: AbortSignal,
  { thumbnail, ...known }: { format?: InputFormat; thumbnail?: ThumbnailWish } = {},
): Promise<ImageDescription | ImageFacts> {
  const { path, release } = await blobs.localFile(blob, signal)
  const options = { lane: 'interactive', deadlineMs, signal } as const
  try {
    return await engine.describe({ path, ...known }, options, thumbnail)
  } catch (error) {
    if (!(error instanceof DomainError) || !ofTheDecoder.includes(error.code)) throw error
    return await engine.inspect({ path }, options)
  } finally {
    release()
  }
}

export const isDescribed = (found: ImageDescription | ImageFacts): found is ImageDescription => 'pHash' in found

/**
 * What is known of a picture besides its asset's own columns: kept when it came in, else found out now. Null: no picture,
 * or none that can be decoded in time.
 * @throws DomainError as `lookAt`
 */
export async function descriptionOf(
  deps: Deps & Pick<AssetDeps, 'store'>,
  { signal }: Pick<Caller, 'signal'>,
  { kind, blob }: Asset,
): Promise<Description | null> {
  if (kind !== 'image') return null
  const kept = await deps.store.read.descriptions.find(blob)
  if (kept !== undefined) return kept
  const found = await lookAt(deps, blob, signal)
  return isDescribed(found) ? found : null
}
