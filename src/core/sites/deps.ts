/** What the functions about sites close over; compose/sites.ts makes one. */
import type { AssetDeps } from '../assets/deps.ts'
import type { Key } from '../keys/records.ts'
import type { Sealer } from '../keys/seal.ts'
import type { SiteKeys } from '../keys/site-keys.ts'
import type { BlobStore, Clock, ImageEngine, MetadataStore } from '../ports.ts'
import type { Project, User } from '../projects/records.ts'
import type { Renditions } from '../renditions/renditions.ts'
import type { Access } from './access.ts'
import type { MediaLinks } from './links.ts'
import type { JudgedCapture } from './records.ts'
import type { Thumbs } from './thumbs.ts'

export interface SiteDeps {
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  clock: Clock
  sealer: Sealer
  siteKeys: SiteKeys
  /** A capture is an asset: they come and go by the library's functions. */
  assets: AssetDeps
  /** Variants of captures are renditions of their assets. */
  renditions: Renditions
  /** Largest photo (IMAGESTEAD_MAX_PIXELS). */
  maxPixels: number
  thumbs: Thumbs
  /** The photo of events, in this API's wording. */
  photoObject(capture: JudgedCapture, hasWatermark: boolean, by: Pick<SiteCaller, 'origin'>): unknown
  links: MediaLinks
}

/** Who asks. */
export interface SiteCaller {
  user: User
  project: Project
  /** Null: a person in a browser, by the cookie of a session. */
  key: Key | null
  /** Of that session, the hash of what the cookie holds; null: a key asks. */
  session: string | null
  access: Access
  requestId: string
  /** Scheme and authority that absolute URLs begin with. */
  origin: string
  /** Aborted when the client goes away. */
  signal: AbortSignal
}
