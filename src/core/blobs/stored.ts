/** Bytes that are durable and not yet referenced by anything. */
import type { Readable } from 'node:stream'
import { blobKey } from '../ids.ts'
import type { BlobStore, BlobStreams } from '../ports.ts'
import type { BlobFacts } from './records.ts'

export interface StoredBytes extends BlobFacts {
  key: string
}

/**
 * Stores a stream under a new key of the project.
 * @param maxBytes 0: no limit
 * @throws DomainError too_large, storage_full, unavailable, cancelled
 */
export async function storeBytes(
  streams: BlobStreams,
  project: string,
  source: Readable,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<StoredBytes> {
  const key = blobKey(project)
  const facts = await streams.put(key, source, { ...(maxBytes > 0 ? { maxBytes } : {}), signal })
  return { key, ...facts }
}

/** Gives up bytes that nothing references. */
export async function discardBytes(blobs: BlobStore, { key }: Pick<StoredBytes, 'key'>): Promise<void> {
  await blobs.delete(key).catch(() => undefined)
}
