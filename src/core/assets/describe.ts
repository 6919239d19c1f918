/** What is known of a picture besides its asset's own columns: kept when it came in, else found out now. */
import type { Caller } from '../caller.ts'
import type { AssetDeps } from './deps.ts'
import type { Description } from './descriptions.ts'
import type { Asset } from './records.ts'

const deadlineMs = 10_000

/**
 * Null: no picture. A picture without a kept description (its header could not be read in time, or at all) is looked at
 * again.
 * @throws DomainError `damaged_image` and the like, as the engine; `overloaded`, `unavailable`, `cancelled`
 */
export async function descriptionOf(
  { store, blobs, engine }: AssetDeps,
  { signal }: Pick<Caller, 'signal'>,
  { kind, blob }: Asset,
): Promise<Description | null> {
  if (kind !== 'image') return null
  const kept = await store.read.descriptions.find(blob)
  if (kept !== undefined) return kept
  const { path, release } = await blobs.localFile(blob, signal)
  try {
    return await engine.describe({ path }, { lane: 'interactive', deadlineMs, signal })
  } finally {
    release()
  }
}
