/** What the library's functions close over; compose.ts makes one. */
import type { BlobStore, Clock, Fetcher, ImageEngine, MetadataStore } from '../ports.ts'

export interface AssetDeps {
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  fetcher: Fetcher
  clock: Clock
  /** Bytes; 0: no limit. */
  maxUploadBytes: number
  fetchTimeoutMs: number
  /** Longest time for one search. */
  searchMs: number
  /** True for URLs of this server itself. */
  isOwnUrl(url: string): boolean
}
