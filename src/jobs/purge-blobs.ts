/** Deletes the bytes of blobs that nothing references any more. */
import { purgeBlobsKind } from '../core/blobs/release.ts'
import type { BlobStore, MetadataStore } from '../core/ports.ts'
import { dropRenditions } from '../core/renditions/keeper.ts'
import type { Handler } from './runner.ts'

export function purgeBlobs({ store, blobs }: { store: MetadataStore; blobs: BlobStore }): Handler {
  return {
    kind: purgeBlobsKind,
    backoffMs: [60_000, 600_000, 3_600_000],
    async run(job) {
      const { keys } = job.payload as { keys: string[] }
      for (const key of keys) {
        // The row first: bytes without a row are found by reconcile, a row without bytes would be a loss.
        const gone = await store.tx((tx) => tx.blobs.deleteUnreferenced(key))
        if (!gone && (await store.read.blobs.find(key)) !== undefined) continue
        await blobs.delete(key)
        await dropRenditions({ store, blobs }, [key])
      }
      await store.tx((tx) => tx.jobs.complete(job))
    },
    async giveUp(job, error) {
      await store.tx((tx) => tx.jobs.fail(job, error.message))
    },
  }
}
