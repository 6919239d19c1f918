/** Compares the database with the stored bytes: bytes that nothing references are deleted, rows without bytes are reported. */
import type { BlobStore, Clock, MetadataStore } from '../ports.ts'

export interface Reconciliation {
  /** Keys of bytes without a row. */
  orphans: string[]
  /** Keys of rows without bytes: a loss, to be restored from a backup. */
  missing: string[]
  checked: number
}

/** Bytes this young may belong to a request that has not committed yet. */
const graceMs = 3_600_000
const pageSize = 1000

/** Deletes the orphans unless `dryRun`. Never touches bytes younger than an hour. */
export async function reconcileBlobs(
  { store, blobs, clock }: { store: MetadataStore; blobs: BlobStore; clock: Clock },
  dryRun: boolean,
): Promise<Reconciliation> {
  const found: Reconciliation = { orphans: [], missing: [], checked: 0 }
  for await (const { key, modified } of blobs.list('')) {
    if (modified > clock.now() - graceMs || (await store.read.blobs.find(key)) !== undefined) continue
    // A rendition that is lost is made again: those are not looked for.
    if (await store.read.renditions.holds(key)) continue
    found.orphans.push(key)
    if (!dryRun) await blobs.delete(key)
  }
  for (let after = '', more = true; more; ) {
    const page = await store.read.blobs.page(after, pageSize)
    for (const { key, created } of page) {
      found.checked += 1
      if (created <= clock.now() - graceMs && (await blobs.stat(key)) === undefined) found.missing.push(key)
    }
    after = page.at(-1)?.key ?? after
    more = page.length === pageSize
  }
  return found
}
