/**
 * The tables as Kysely types, the same on both engines: times are integer milliseconds, JSON is text that the repository
 * encodes. Names are the records' own; the tables have them in snake_case (names.ts).
 */
import type { CompiledQuery, Kysely } from 'kysely'
import type { Asset, Folder } from '../../core/assets/records.ts'
import type { Blob } from '../../core/blobs/records.ts'
import type { CustomField } from '../../core/custom-fields/records.ts'
import type { SavedExtension } from '../../core/extensions/records.ts'
import type { BulkJob } from '../../core/folders/records.ts'
import type { IdempotencyRecord } from '../../core/idempotency/records.ts'
import type { Job, JobLane } from '../../core/jobs/records.ts'
import type { Key } from '../../core/keys/records.ts'
import type { UsedToken } from '../../core/keys/upload-tokens.ts'
import type { OriginFile } from '../../core/origins/files.ts'
import type { Origin, UrlEndpoint } from '../../core/origins/records.ts'
import type { Clock } from '../../core/ports.ts'
import type { Project, User } from '../../core/projects/records.ts'
import type { Purge } from '../../core/purge/records.ts'
import type { RenditionRow } from '../../core/renditions/records.ts'
import type { Right } from '../../core/sites/access.ts'
import type { AlertState, Camera, Diagnostic } from '../../core/sites/cameras/records.ts'
import type { Capture, Group, Installation } from '../../core/sites/records.ts'
import type { Share } from '../../core/sites/share-records.ts'
import type { SiteUsageRow } from '../../core/sites/usage.ts'
import type { Task, TaskChunk, TaskFile, TaskOutput, TaskResult } from '../../core/tasks/records.ts'
import type { NamedTransformation } from '../../core/transformations/records.ts'
import type { DailyCount } from '../../core/usage/daily.ts'
import type { UsageOf } from '../../core/usage/records.ts'
import type {
  AuditEntry,
  CreditChange,
  CreditReservation,
  SignInFailures,
  WebSession,
} from '../../core/users/records.ts'
import type { Head } from '../../core/vision/heads/records.ts'
import type { KeptJudgement, Scoring } from '../../core/vision/records.ts'
import type { Delivery, WebhookEndpoint, WebhookSecret, WebhookStop } from '../../core/webhooks/records.ts'
import type { WelcomeAccount, WelcomeLink } from '../../core/welcome/records.ts'

/** A record whose `Fields` are stored as JSON text. */
type Encoded<Row, Fields extends keyof Row> = {
  [Field in keyof Row]: Field extends Fields ? (null extends Row[Field] ? string | null : string) : Row[Field]
}

export type ProjectRow = Encoded<Project, 'settings'>
export type KeyRow = Encoded<Key, 'scopes'>
export type TaskRow = Omit<Encoded<Task, 'params' | 'outputExtensions'>, 'open'> & { open: 0 | 1 }

export type IdempotencyRow = Encoded<IdempotencyRecord, 'answer'>

export type DeliveryRow = Encoded<Delivery, 'attempts'>

type Flag = 0 | 1

export type WebhookEndpointRow = Omit<Encoded<WebhookEndpoint, 'events'>, 'enabled'> & { enabled: Flag }

export type FolderRow = Encoded<Folder, 'customMetadata'>
export type CustomFieldRow = Omit<Encoded<CustomField, 'schema'>, 'deleted'> & { deleted: Flag }
export type AssetRow = Omit<
  Encoded<Asset, 'tags' | 'aiTags' | 'customMetadata' | 'embeddedMetadata' | 'video'>,
  'current' | 'alpha' | 'isPrivate' | 'isPublished'
> & { current: Flag; alpha: Flag | null; isPrivate: Flag; isPublished: Flag }

export type NamedTransformationRow = Omit<NamedTransformation, 'enabled'> & { enabled: Flag }
export type SavedExtensionRow = Encoded<SavedExtension, 'config'>
export type OriginRow = Encoded<Origin, 'settings'>
export type OriginFileRow = Omit<OriginFile, 'isPrivate'> & { isPrivate: Flag }
export type UrlEndpointRow = Encoded<UrlEndpoint, 'origins' | 'urlRewriter'>

export type BulkJobRow = Omit<Encoded<BulkJob, 'cursor' | 'failures'>, 'targetMade' | 'includeVersions'> & {
  targetMade: Flag
  includeVersions: Flag
}

export type HeadRow = Omit<Encoded<Head, 'models' | 'lesson' | 'shape' | 'metrics'>, 'active'> & { active: Flag }
export interface SightRow {
  blob: string
  space: string | null
  scale: number | null
  vector: Uint8Array | null
  /** The sight without its embedding. */
  facts: string
  created: number
}
export type JudgementRow = Omit<Encoded<KeptJudgement, 'aspects' | 'reasons' | 'tags'>, 'label'> & { label: string }
export interface VectorRow {
  project: string
  space: string
  made: number
  asset: string
  scale: number
  vector: Uint8Array
}
export type ScoringRow = Omit<Encoded<Scoring, 'cursor' | 'failures'>, 'again'> & { again: Flag }

export type ShareRow = Omit<Encoded<Share, 'photos' | 'allowedOrigins'>, 'allowDownload'> & { allowDownload: Flag }
export type InstallationRow = Encoded<Installation, 'tags' | 'watermark'>
/** `holder`: the camera, or the installation of a capture without one. `flags`: a bit for each, in the order of the list. */
export type CaptureRow = Omit<Encoded<Capture, 'tags' | 'exposure'>, 'flags'> & { flags: number; holder: string }

export type CameraRow = Omit<Encoded<Camera, 'schedule'>, 'enabled'> & { enabled: Flag }
export type DiagnosticRow = Omit<Diagnostic, 'externalPower'> & { externalPower: Flag | null }

/** Which lists an item is in: current files, other versions, folders. */
export type SearchKind = 'file' | 'version' | 'folder'

export interface SearchTermRow {
  project: string
  kind: SearchKind
  term: string
  created: number
  /** Id of the version or folder. */
  item: string
}

export interface SearchNumberRow extends Omit<SearchTermRow, 'term'> {
  field: string
  value: number
}

export interface SearchPlaceRow {
  item: string
  project: string
  kind: SearchKind
  latitude: number
  longitude: number
  /** The place on the unit sphere. */
  x: number
  y: number
  z: number
}

export interface JobRow extends Omit<Job, 'payload'> {
  payload: string
  /** When somebody may claim it: `runAt` while waiting, `leaseUntil` while running, null when failed. One index serves claims. */
  dueAt: number | null
  /** Kind and subject of an unfinished job made by enqueueOnce: two nodes cannot make it twice. */
  uniqueKey: string | null
}

export interface CounterRow {
  bucket: string
  windowStart: number
  windowMs: number
  value: number
  /** End of the window, for the sweep. */
  ends: number
}

export interface Schema {
  projects: ProjectRow
  users: User
  keys: KeyRow
  blobs: Blob
  tasks: TaskRow
  taskFiles: TaskFile
  taskChunks: TaskChunk
  taskResults: TaskResult
  taskOutputs: TaskOutput
  jobs: JobRow
  counters: CounterRow
  limitSlots: { bucket: string; times: string; ends: number }
  signInFailures: SignInFailures
  webSessions: WebSession
  auditEntries: AuditEntry
  creditReservations: CreditReservation
  creditJournal: CreditChange
  welcomeAccounts: WelcomeAccount
  usage: UsageOf & { value: number }
  welcomeLinks: WelcomeLink
  folders: FolderRow
  assets: AssetRow
  descriptions: { blob: string; facts: string }
  sights: SightRow
  judgements: JudgementRow
  vectors: VectorRow
  scorings: ScoringRow
  renditions: RenditionRow
  renditionTotals: { id: number; bytes: number }
  uploadTokens: UsedToken
  customFields: CustomFieldRow
  bulkJobs: BulkJobRow
  purges: Purge
  idempotency: IdempotencyRow
  namedTransformations: NamedTransformationRow
  savedExtensions: SavedExtensionRow
  origins: OriginRow
  originFiles: OriginFileRow
  urlEndpoints: UrlEndpointRow
  usageDaily: DailyCount & { project: string; day: number }
  searchItems: { item: string; terms: string; foldedName: string }
  searchTerms: SearchTermRow
  searchNumbers: SearchNumberRow
  searchPlaces: SearchPlaceRow
  webhookDeliveries: DeliveryRow
  webhookEndpoints: WebhookEndpointRow
  webhookStops: WebhookStop
  webhookSecrets: WebhookSecret
  heads: HeadRow
  headWeights: { project: string; head: string; weights: string }
  headVersions: { project: string; kind: string; version: number }
  installations: InstallationRow
  siteShares: ShareRow
  siteGroups: Group
  siteGroupInstallations: { group: string; installation: string }
  siteGroupMembers: { group: string; user: string; right: Right }
  captures: CaptureRow
  siteUsage: SiteUsageRow
  captureTags: { installation: string; tag: string; taken: number; capture: string }
  cameras: CameraRow
  cameraAlerts: AlertState
  diagnostics: DiagnosticRow
  captureDays: { installation: string; day: number; weekday: number; count: number; hours: number; flags: number }
  meta: { name: string; value: string }
}

export type EngineName = 'sqlite' | 'postgres'

/** What every repository works with: one transaction, or the readers. */
export interface Scope {
  db: Kysely<Schema>
  engine: EngineName
  clock: Clock
  /** Those compiled so far, by name (prepared.ts). */
  statements: Map<string, CompiledQuery>
  /** False for `read`: row locks are refused there on both engines. */
  writable: boolean
  /** Notes that a due job was enqueued; listeners wake after the commit. */
  wake(lane: JobLane): void
  /** Notes that what image URLs of the project show may change; listeners hear of it after the commit. */
  touch(project: string, purged?: boolean): void
  /** Notes that a key, a user or a project changes, before it does; what was remembered of them is forgotten with the commit. */
  keysChange(): void
}
