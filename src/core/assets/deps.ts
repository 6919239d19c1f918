/** What the library's functions close over; compose.ts makes one. */
import type { Caller } from '../caller.ts'
import type { ReadOwnUrl } from '../delivery/own-urls.ts'
import type { BlobStore, Clock, Fetcher, ImageEngine, LikenessIndex, MetadataStore, WordReader } from '../ports.ts'
import type { InTurn } from '../turns.ts'
import type { Vision } from '../vision/vision.ts'
import type { LibraryEvents } from '../webhooks/library-events.ts'
import type { PlacedAsset } from './records.ts'

export interface AssetDeps {
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  fetcher: Fetcher
  clock: Clock
  /** Bytes; 0: no limit. */
  maxUploadBytes: number
  fetchTimeoutMs: number
  /** Longest time for looking at one picture. */
  ingestDeadlineMs: number
  /** Files and folders that one call may copy, move or delete with a folder. */
  maxFolderItems: number
  /** By project and folder path. */
  inTurn: InTurn
  events: LibraryEvents
  /** The file object of events, in the Library API's wording. */
  fileContent(asset: PlacedAsset, by: Pick<Caller, 'project' | 'origin'>): unknown
  likeness: LikenessIndex
  words: Pick<WordReader, 'read'>
  vision: Pick<Vision, 'detects'>
  /** Longest time for one search. */
  searchMs: number
  /** True for URLs of this server itself. */
  isOwnUrl(url: string): boolean
  /** Its image URLs, without a request. */
  readOwnUrl: ReadOwnUrl
}
