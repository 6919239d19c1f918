/** Dropping references; bytes go after a grace, so that a download in progress ends well. */
import type { Clock, Repositories } from '../ports.ts'

export const purgeBlobsKind = 'purge-blobs'
const graceMs = 10 * 60_000

/** Drops one reference per key and enqueues the purge of those that have none left, in the caller's transaction. */
export async function releaseBlobs(
  tx: Repositories,
  clock: Clock,
  project: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return
  const unreferenced = await tx.blobs.release(keys)
  if (unreferenced.length === 0) return
  await tx.jobs.enqueue({
    kind: purgeBlobsKind,
    lane: 'batch',
    project,
    subject: project,
    payload: { keys: unreferenced },
    runAt: clock.now() + graceMs,
  })
}
