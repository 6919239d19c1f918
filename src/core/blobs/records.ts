/** Immutable bytes under a random key; task files, assets and renditions point to blobs by reference count. */

/** What is known of bytes once they are written. */
export interface BlobFacts {
  /** Of the content. */
  size: number
  /** Lower-case hex, of the bytes as stored: those of an encrypted blob can be checked without its key, and tell nothing of its content. */
  sha256: string
  /** Unsigned, as ZIP wants it; null where nobody computed it: the engine does for what it writes, an upload does without. */
  crc32: number | null
}

export interface Blob extends BlobFacts {
  key: string
  project: string
  /** Media type found by looking at the bytes. */
  type: string
  /** Scheme of encryption at rest; null: plain. */
  encryption: string | null
  refs: number
  created: number
}

export interface BlobRepository {
  /** Adds the row with the record's own count of references. */
  insert(blob: Blob): Promise<void>
  find(key: string): Promise<Blob | undefined>
  /** One more reference; false when the blob is gone. */
  retain(key: string): Promise<boolean>
  /** One more reference for each key (a key may occur twice); false when one is gone: roll back then. */
  retainAll(keys: readonly string[]): Promise<boolean>
  /** One reference less for each key (a key may occur twice); returns the keys that now have none. */
  release(keys: readonly string[]): Promise<string[]>
  /** Deletes the row if nothing references it; true when deleted. */
  deleteUnreferenced(key: string): Promise<boolean>
  /** Keys greater than `after` in key order, for reconciliation. */
  page(after: string, limit: number): Promise<Blob[]>
}
