/** What delivery closes over; compose.ts makes one. */

import type { Sealer } from '../keys/seal.ts'
import type { BlobStore, Clock, Fetcher, ImageEngine, MetadataStore } from '../ports.ts'
import type { Renditions } from '../renditions/renditions.ts'
import type { InTurn } from '../turns.ts'

export interface DeliveryDeps {
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  renditions: Renditions
  fetcher: Fetcher
  /** For the secrets of key pairs (signatures) and of origins. */
  sealer: Sealer
  clock: Clock
  /** By project and URL: files of origins are fetched once. */
  inTurn: InTurn
  /** True for URLs of this server itself. */
  isOwnUrl(url: string): boolean
  limits: DeliveryLimits
  origins: {
    /** How long a fetched file counts as it was. */
    freshMs: number
    /** All fetched files together. */
    cacheBytes: number
    timeoutMs: number
  }
}

/** Of pictures that are transformed (image-urls.md section 5). */
export interface DeliveryLimits {
  inputBytes: number
  vectorBytes: number
  pixels: number
}
