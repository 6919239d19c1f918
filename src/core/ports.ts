/**
 * Every port of the core on one page: what Imagestead needs from the outside world. Each has an embedded adapter and,
 * where growing needs it, one on an existing engine (src/adapters); src/compose.ts alone chooses. Each has one contract
 * suite (`*.contract.ts` beside the adapters) that all its adapters run.
 */
import type { Readable } from 'node:stream'
import type { DescriptionRepository } from './assets/descriptions.ts'
import type { AssetRepository, FolderRepository } from './assets/records.ts'
import type { SearchRepository } from './assets/search/records.ts'
import type { BlobFacts, BlobRepository } from './blobs/records.ts'
import type { CustomFieldRepository } from './custom-fields/records.ts'
import type { SavedExtensionRepository } from './extensions/records.ts'
import type { BulkJobRepository, FolderTreeRepository } from './folders/records.ts'
import type { IdempotencyRepository } from './idempotency/records.ts'
import type { JobLane, JobRepository, Lane } from './jobs/records.ts'
import type { KeyRepository } from './keys/records.ts'
import type { UploadTokenRepository } from './keys/upload-tokens.ts'
import type { CounterRepository, LimitPolicy, LimitSlotRepository, LimitState } from './limits/records.ts'
import type { OriginFileRepository } from './origins/files.ts'
import type { OriginRepository, UrlEndpointRepository } from './origins/records.ts'
import type { Degradation } from './processing/degradation.ts'
import type { ImageDescription, ThumbnailWish } from './processing/description.ts'
import type { FilmEncoder, FilmFormat, FilmJoin, FilmSegment } from './processing/film.ts'
import type { Model, ModelTask } from './processing/model.ts'
import type { ImageFormat, InputFormat, Operations, OutputSpec } from './processing/operations.ts'
import type { ModelFailure, Sight } from './processing/sight.ts'
import type { ProjectRepository, UserRepository } from './projects/records.ts'
import type { PurgeRepository } from './purge/records.ts'
import type { RenditionRepository } from './renditions/records.ts'
import type { CameraRepository } from './sites/cameras/records.ts'
import type { SiteExportRepository } from './sites/exports/records.ts'
import type {
  CaptureBinRepository,
  CaptureRepository,
  GroupRepository,
  InstallationRepository,
} from './sites/records.ts'
import type { ShareRepository } from './sites/share-records.ts'
import type { TimelapseRepository } from './sites/timelapse-records.ts'
import type { SiteUsageRepository } from './sites/usage.ts'
import type { SiteViewRepository } from './sites/views.ts'
import type { TaskRepository } from './tasks/records.ts'
import type { TransformationRepository } from './transformations/records.ts'
import type { DailyUsageRepository } from './usage/daily.ts'
import type { UsageRepository } from './usage/records.ts'
import type {
  AuditRepository,
  CreditRepository,
  SignInFailureRepository,
  WebSessionRepository,
} from './users/records.ts'
import type { HeadRepository } from './vision/heads/records.ts'
import type { LikenessBasis } from './vision/likeness.ts'
import type { JudgementRepository, ScoringRepository, SightRepository, VectorRepository } from './vision/records.ts'
import type { Vector } from './vision/vector.ts'
import type { WebhookRepository } from './webhooks/records.ts'
import type { WelcomeRepository } from './welcome/records.ts'

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
}

// ── Metadata ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Repositories {
  projects: ProjectRepository
  users: UserRepository
  keys: KeyRepository
  uploadTokens: UploadTokenRepository
  blobs: BlobRepository
  folders: FolderRepository
  folderTrees: FolderTreeRepository
  assets: AssetRepository
  descriptions: DescriptionRepository
  sights: SightRepository
  judgements: JudgementRepository
  vectors: VectorRepository
  scorings: ScoringRepository
  renditions: RenditionRepository
  customFields: CustomFieldRepository
  bulkJobs: BulkJobRepository
  purges: PurgeRepository
  namedTransformations: TransformationRepository
  savedExtensions: SavedExtensionRepository
  origins: OriginRepository
  originFiles: OriginFileRepository
  urlEndpoints: UrlEndpointRepository
  dailyUsage: DailyUsageRepository
  search: SearchRepository
  tasks: TaskRepository
  jobs: JobRepository
  counters: CounterRepository
  limitSlots: LimitSlotRepository
  signInFailures: SignInFailureRepository
  webSessions: WebSessionRepository
  audits: AuditRepository
  credits: CreditRepository
  usage: UsageRepository
  welcome: WelcomeRepository
  webhooks: WebhookRepository
  idempotency: IdempotencyRepository
  heads: HeadRepository
  installations: InstallationRepository
  groups: GroupRepository
  captures: CaptureRepository
  shares: ShareRepository
  siteUsage: SiteUsageRepository
  timelapses: TimelapseRepository
  siteViews: SiteViewRepository
  siteExports: SiteExportRepository
  cameras: CameraRepository
  captureBin: CaptureBinRepository
  meta: MetaRepository
}

/** Single values about the installation itself, such as the check value of the master key. */
export interface MetaRepository {
  get(name: string): Promise<string | undefined>
  /** Sets the value if the name has none; returns the value now kept. */
  setOnce(name: string, value: string): Promise<string>
  set(name: string, value: string): Promise<void>
}

export interface Change {
  /** Whose image URLs; null: anybody's, something may have been missed. */
  project: string | null
  /** What is cached of them was asked to be dropped. */
  purged: boolean
}

export interface MetadataStore {
  /**
   * Runs `fn` in one transaction, durable when the promise resolves. `fn` awaits database calls only, is repeatable
   * (serialisation failures and deadlocks run it again), and is rolled back when it throws or stays open for 5 s.
   * Statements run in the order of the calls; those asked for together (Promise.all) make one journey to the database.
   * Calling the store itself inside `fn` throws at once.
   */
  tx<T>(fn: (repositories: Repositories) => Promise<T>): Promise<T>
  /** Reads outside a transaction, each statement on its own; writing through it fails. Never waits for writers. */
  readonly read: Repositories
  /** Statements that are whole by themselves: each is a transaction of its own, in one journey to the database. */
  readonly alone: { counters: CounterRepository }
  /** Called after a commit that enqueued jobs (on any node), with the lane. Returns the unsubscribe function. */
  onJobs(listener: (lane: JobLane) => void): () => void
  /**
   * Called after a commit that may change what image URLs show: of this process before `tx` resolves, of other nodes as
   * soon as they are heard. Other processes on SQLite are not heard. Returns the unsubscribe function.
   */
  onChange(listener: (change: Change) => void): () => void
  /** Runs outstanding migrations under a lock; several nodes may call it at once. */
  migrate(): Promise<void>
  /** Throws `unavailable` when the database does not answer within a second. */
  ping(): Promise<void>
  close(): Promise<void>
}

// ── Blobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ByteRange {
  /** First byte, from 0. */
  start: number
  /** Last byte, inclusive. */
  end: number
}

export interface LocalFile {
  path: string
  /** Must be called once; the file may vanish afterwards. */
  release(): void
}

/** Bytes in and out by key: a whole store, or a view of one under a caller's key. */
export interface BlobStreams {
  /** How `put` encrypts, for the blob's row; null: it stores the bytes as they are. */
  readonly encryption: string | null
  /**
   * Stores the stream; resolves when the bytes are durable. Over `maxBytes`: `too_large`, and nothing stays behind. On
   * failure the source is left paused, not destroyed: its owner drains or destroys it. A key is put once. `durable`
   * false: what can be made again may be lost, or damaged, when the power fails; nobody waits for the disk.
   */
  put(
    key: string,
    source: Readable,
    options?: { maxBytes?: number; signal?: AbortSignal; durable?: boolean },
  ): Promise<BlobFacts>
  /** `not_found` when the key has no bytes; `invalid` when they are encrypted with another key than the view's. */
  get(key: string, options?: { range?: ByteRange; signal?: AbortSignal }): Promise<Readable>
  /** Size of the content. */
  stat(key: string): Promise<{ size: number } | undefined>
}

export interface BlobStore extends BlobStreams {
  /** Idempotent. */
  delete(key: string): Promise<void>
  list(prefix: string): AsyncIterable<{ key: string; size: number; modified: number }>
  /** The bytes as a file on this machine: for engine children. */
  localFile(key: string, signal?: AbortSignal): Promise<LocalFile>
  /** A fresh path in the work folder, on the same file system as the blobs: for engine children to write to. */
  workFile(): string
  /** Takes over a finished work file (moved or uploaded; gone afterwards, also on failure); resolves when durable. */
  adopt(path: string, key: string, facts: BlobFacts): Promise<void>
  /** Throws `unavailable` when the store does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

// ── Limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface LimitStore {
  /** Counts `cost` (default 1) against the policy's current window; a refused hit counts nothing. */
  hit(bucket: string, policy: LimitPolicy, cost?: number): Promise<LimitState>
  /**
   * One of each policy together, all or nothing: a state for each; those that would have been admitted say so. All of them
   * sliding, or none.
   */
  hitAll(hits: readonly { bucket: string; policy: LimitPolicy }[]): Promise<LimitState[]>
  /** Takes one back from each window that ends then: what was counted did not happen after all. No sliding ones. */
  giveBack(hits: readonly { bucket: string; policy: LimitPolicy; resetAt: number }[]): Promise<void>
  close(): Promise<void>
}

// ── Mail ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Mail {
  to: string
  subject: string
  /** Plain text. */
  text: string
}

export interface Mailer {
  /** Resolves when the mail server has taken it. `unavailable` when it did not, or not in time; nothing of the text is in the error. */
  send(mail: Mail): Promise<void>
  close(): Promise<void>
}

// ── Images ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** How a source that is a document is opened; images need nothing. */
export interface SourceOpening {
  /** Page of a PDF, from 0 (the default). */
  page?: number
  /** For a protected PDF. */
  password?: string
}

/** `blob`: the key of the blob (or rendition) whose plain bytes these are. They never change: its header is remembered. */
export type EngineSource = ({ path: string } | { stream: Readable }) &
  SourceOpening & {
    blob?: string
    /** Where its first bytes were looked at already: they are not read again to choose a decoder. */
    format?: InputFormat
  }
export type EngineSink = { path: string } | { stream: NodeJS.WritableStream }

export interface ImageFacts {
  format: InputFormat
  /** Sides of the upright image (EXIF orientation applied); of a PDF its first page's, as it is drawn. */
  width: number
  height: number
  /** Frames of an animation or pages; 1 otherwise. */
  frames: number
  alpha: boolean
}

export interface EngineJob {
  /** [0] is the image; others are stamps, or further frames of an animation. */
  sources: readonly EngineSource[]
  operations: Operations
  output: OutputSpec
  /** Paths of uploaded font files, as `operations.transform.fonts` counts them. */
  fonts?: readonly string[]
  /** Those that `operations.upscale` and `operations.removeBackground` may use; what is missing is done without. */
  models?: readonly Model[]
  /** Repair sources whose strict decoding fails (try_image_repair). */
  tolerant: boolean
}

export interface EngineOptions {
  lane: Lane
  /** The child is killed and `timed_out` thrown when the job runs longer. Waiting for a child does not count. */
  deadlineMs: number
  signal?: AbortSignal
  /** False: waits for a child however long the queue is; its bytes still count against the budget. Default: true. */
  sheds?: boolean
}

/** `unchanged`: size, hash and CRC are those of the input. */
export interface EngineResult extends BlobFacts {
  crc32: number
  format: ImageFormat
  width: number
  height: number
  frames: number
  /** Pages of sources[0], of which one was drawn; 1 for everything but PDF. */
  pages: number
  /** The output would not have been smaller: nothing was written to the sink, use the input as it is. */
  unchanged: boolean
  /** Models that the job should have used and could not. */
  failures?: readonly ModelFailure[]
  /** A damaged source was repaired, or a repair was asked for. */
  repair?: RepairReport
}

export interface RepairReport {
  /** What was wrong, each a sentence for a person; empty: nothing. */
  findings: string[]
  /** Share of the picture's rows that were saved, 0..1; null: not known. */
  savedRows: number | null
}

/** What a segment of a film is made of and where it goes; files of this machine. */
export interface FilmMaterial {
  /** Asked a few photos ahead of need; undefined: it is there no more. */
  photo(index: number): Promise<LocalFile | undefined>
  /** Of the watermark, as its order counts them. */
  images: readonly string[]
  path: string
  /** Written where the segment asks for a poster and has a frame. */
  posterPath: string
}

export interface FilmOptions extends EngineOptions {
  /** One photo at a time: what breaks the decoder is known then. Slow. */
  careful?: boolean
  /** Photos that are done, after each. */
  onProgress?(photos: number): void
}

export interface FilmSegmentResult {
  /** Of the segment's file; null: it has no frame, and there is no file. */
  facts: BlobFacts | null
  poster: BlobFacts | null
  frames: number
  /** Photos that could not be read, by index. */
  skipped: number[]
}

export interface FilmJoined extends BlobFacts {
  frames: number
}

/** What films can be made of here. */
export interface FilmAbilities {
  /** As it names itself; null: there is none. */
  ffmpeg: string | null
  encoders: Record<FilmFormat, FilmEncoder | null>
}

/** Errors (param `sources[n]` where one of several sources is at fault): damaged_image, no_image, wrong_password, unsupported_format, out_of_range, timed_out, overloaded, cancelled, internal (the child crashed). */
export interface ImageEngine {
  inspect(source: EngineSource, options: EngineOptions): Promise<ImageFacts>
  /**
   * Everything the library keeps of a picture: its header, its metadata, and what one small drawing of it tells. Pixels
   * that cannot be decoded leave those facts null and fail nothing; only a source without a readable header does, as in
   * `inspect`. `thumbnail`: it is made as well, of the same decoding.
   */
  describe(source: EngineSource, options: EngineOptions, thumbnail?: ThumbnailWish): Promise<ImageDescription>
  /**
   * One decode of the picture (its first frame, upright, on white), every technical feature of it, and what these models
   * say. Errors as `inspect`, and `out_of_range` above the limits. `degradation`: of a copy spoilt this way, for evaluations.
   */
  look(
    source: EngineSource,
    models: readonly Model[],
    options: EngineOptions,
    degradation?: Degradation,
  ): Promise<Sight>
  /** The picture (or document) that the first `sniffBytes` bytes announce; undefined: none that can be read here. */
  formatOf(head: Buffer): InputFormat | undefined
  run(job: EngineJob, sink: EngineSink, options: EngineOptions): Promise<EngineResult>
  /**
   * Some seconds of a film. Photos that cannot be read are left out. `deadlineMs` is for each photo; when it passes, or a
   * photo breaks its decoder, the param `frames[n]` names the photo (surely, with `careful`).
   */
  filmSegment(segment: FilmSegment, material: FilmMaterial, options: FilmOptions): Promise<FilmSegmentResult>
  /** A whole film of its segments. */
  joinFilm(
    join: FilmJoin,
    segments: readonly string[],
    sink: { path: string },
    options: EngineOptions,
  ): Promise<FilmJoined>
  filmAbilities(): Promise<FilmAbilities>
  /** Starts one idle child ahead of expected work; never waits, never fails. */
  warm(): void
  /** Throws `overloaded` (with retryAt) when no more work of this lane (looks: with models) would be admitted now. */
  admit(lane: Lane, work?: 'look'): void
  stats(): { children: number; running: number; waiting: Record<Lane, number>; restarts: number; queuedBytes: number }
  close(): Promise<void>
}

/** One model as `imagestead models list` and the health page show it. */
export interface ModelState {
  id: string
  task: ModelTask
  tier: 'bundled' | 'hub'
  license: string
  /** Where it comes from: a package, a hub's repository, a folder. */
  source: string
  bytes: number
  /** Of the file, or as it must be; null: nobody knows yet. */
  sha256: string | null
  /** The settings want it to run. */
  wanted: boolean
  status: 'ready' | 'not converted' | 'not pulled' | 'wrong hash' | 'broken' | 'switched off'
  /** Of what is wrong, for a person. */
  message: string | null
}

export interface ModelShelf {
  /** Those that may run now; the first call makes ready what can be made from packages. Never downloads. */
  ready(): Promise<readonly Model[]>
  states(): Promise<readonly ModelState[]>
  /** What a look said: these do not run. They are left out for some minutes, or until their files are others. */
  report(failures: readonly ModelFailure[]): Promise<void>
}

// ── Likeness ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Nearest {
  /** Ids of versions, the nearest first, perhaps one twice; some may be gone, or current no more: callers check. */
  assets: string[]
  /** What likeness is measured from; undefined: nothing of the project is there. */
  basis: LikenessBasis | undefined
  /** Those are all that there are. */
  all: boolean
}

/** Turns words into vectors that those of pictures can be compared with, by cosine. */
export interface WordReader {
  /**
   * In the space of pictures that the same model saw; undefined: no model that is ready here reads words.
   * @throws DomainError `unavailable`: its text half is not here; `internal`: it does not run; `overloaded` while it is
   * being loaded for longer than that
   */
  read(sentence: string, longestMs: number): Promise<Vector | undefined>
  close(): void
}

/** Which pictures of a project are near another one. Made from `vectors`, on each node for itself. */
export interface LikenessIndex {
  /**
   * At least 19 in 20 of the ten most like pictures are among the nearest 300.
   * @throws DomainError `overloaded` while the project's vectors are read for longer than that; `unavailable`
   */
  nearest(project: string, vector: Vector, count: number, longestMs: number): Promise<Nearest>
  stats(): { projects: number; pictures: number; bytes: number }
  close(): Promise<void>
}

// ── Fetching ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface FetchOptions {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  /** Sent as the Host header in place of the URL's, and not to where a redirect leads; the certificate is the URL's. */
  host?: string
  body?: string
  /** Cap on the response's bytes while streaming. 0: only its status and headers are wanted, the body comes empty. */
  maxBytes: number
  /** From the call to the last byte. */
  timeoutMs: number
  /** Redirects followed, each checked again; default 3, 0 for webhooks. Credentials are not sent to another host. */
  redirects?: number
  /** Called with each URL that a redirect leads to, before anything is asked there; refuses by throwing. */
  onRedirect?: (url: string) => void
  /** Longest time for one connection; default 10 s. */
  connectMs?: number
  /** Bytes that come behind those that Content-Length states fail the body with `too_large`; default: they are ignored. */
  exact?: boolean
  signal?: AbortSignal
}

/** `reason` of a `fetch_failed`: what is wrong with the URL, where it leads, or what the server there did. */
export type FetchFault = 'address' | 'forbidden' | 'unreachable' | 'time'

export interface Fetched {
  status: number
  headers: Record<string, string>
  /** The final URL after redirects. */
  url: string
  /** Fails with `too_large` or `fetch_failed` (time) while streaming. */
  body: Readable
}

/** Every URL that came from outside is fetched through this. Refusals are `fetch_failed`, say which of scheme, address, status, size, time, and have a FetchFault as `reason`. */
export interface Fetcher {
  /** Throws for blocked or dead URLs; any HTTP status is an answer. */
  fetch(url: string, options: FetchOptions): Promise<Fetched>
  /** Checks scheme, syntax and literal addresses only (no name resolution): to refuse a bad URL early. */
  check(url: string): void
  close(): Promise<void>
}
