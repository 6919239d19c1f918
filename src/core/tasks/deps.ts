/** What the task functions close over; compose.ts makes one. */
import type { ReadOwnUrl } from '../delivery/own-urls.ts'
import type { FileKey, FileKeys } from '../keys/file-key.ts'
import type { Sealer } from '../keys/seal.ts'
import type { BlobStore, BlobStreams, Clock, Fetcher, ImageEngine, MetadataStore, ModelShelf } from '../ports.ts'
import type { Outbox } from '../webhooks/outbox.ts'
import type { TaskDetail } from './find.ts'

export type TaskEvent = 'task.completed' | 'task.fail'

/** The bytes of a callback and what they are. */
export interface WebhookContent {
  contentType: string
  body: string
}

export interface TaskDeps {
  store: MetadataStore
  blobs: BlobStore
  /** The same store under a caller's key: what it stores is encrypted, what it reads must be. */
  encrypted(key: FileKey): BlobStreams
  fileKeys: FileKeys
  engine: ImageEngine
  /** For the tools that ask models. */
  shelf: Pick<ModelShelf, 'ready' | 'report'>
  fetcher: Fetcher
  clock: Clock
  /** For passwords of inputs between the request and its job. */
  sealer: Pick<Sealer, 'seal' | 'unseal'>
  /** Bytes; 0: no limit. */
  maxUploadBytes: number
  fetchTimeoutMs: number
  lifetimeMs: number
  fileDeadlineMs: number
  /** False: no monthly quota and no bound on open tasks (IMAGESTEAD_LIMITS=off). */
  limited: boolean
  /** Share of a monthly quota that may be open at once. */
  openPercent: number
  /** The same for tools that repair. */
  repairDeadlineMs: number
  /** Files of one task in the engine at once: children plus what keeps them busy while results are committed. */
  filesAtOnce: number
  /** Name of this node in job claims. */
  worker: string
  leaseMs: number
  /** True for URLs of this server itself. */
  isOwnUrl(url: string): boolean
  /** Its image URLs, without a request. */
  readOwnUrl: ReadOwnUrl
  outbox: Outbox
  /** The callback in the Tasks API's wording. */
  webhookContent(event: TaskEvent, detail: TaskDetail, format: 'json' | 'form'): WebhookContent
  /** Aborts a running job of this node at once; other nodes learn by their lost lease. */
  abortJob(kind: string, subject: string): void
}

/** Kind of the job that processes a task; its subject is the task's id. */
export const processTaskKind = 'process-task'
