/** What the task functions close over; compose.ts makes one. */
import type { BlobStore, Clock, Fetcher, ImageEngine, MetadataStore } from '../ports.ts'

export interface TaskDeps {
  store: MetadataStore
  blobs: BlobStore
  engine: ImageEngine
  fetcher: Fetcher
  clock: Clock
  /** Bytes; 0: no limit. */
  maxUploadBytes: number
  fetchTimeoutMs: number
  lifetimeMs: number
  fileDeadlineMs: number
  /** The same for tools that repair. */
  repairDeadlineMs: number
  /** Files of one task in the engine at once: children plus what keeps them busy while results are committed. */
  filesAtOnce: number
  /** Name of this node in job claims. */
  worker: string
  leaseMs: number
  /** True for URLs of this server itself. */
  isOwnUrl(url: string): boolean
  /** Aborts a running job of this node at once; other nodes learn by their lost lease. */
  abortJob(kind: string, subject: string): void
}

/** Kind of the job that processes a task; its subject is the task's id. */
export const processTaskKind = 'process-task'
