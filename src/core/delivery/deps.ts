/** What delivery closes over; compose.ts makes one. */

import type { Sealer } from '../keys/seal.ts'
import type { OriginFetch } from '../origins/fetch.ts'
import type { BlobStore, Clock, Fetcher, MetadataStore } from '../ports.ts'
import type { Renditions } from '../renditions/renditions.ts'
import type { Recent } from './recent.ts'

export interface DeliveryDeps {
  store: MetadataStore
  /** What the store was asked lately. */
  recent: Recent
  blobs: BlobStore
  renditions: Renditions
  fetcher: Fetcher
  /** For the secrets of key pairs (signatures) and of origins. */
  sealer: Sealer
  clock: Clock
  origins: OriginFetch
  limits: DeliveryLimits
}

/** Of pictures that are transformed (image-urls.md section 5). */
export interface DeliveryLimits {
  inputBytes: number
  vectorBytes: number
  pixels: number
  /** Work of one transformation, in passes over a megapixel. */
  cost: number
}
