/** One call of the Scoring API, and what it gets. index.ts registers the literal list of them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ReadOwnUrl } from '../../core/delivery/own-urls.ts'
import type { ClientKeys } from '../../core/keys/client-keys.ts'
import type { Rates } from '../../core/limits/rates.ts'
import type { BlobStore, Clock, Fetcher, ImageEngine, MetadataStore } from '../../core/ports.ts'
import type { Sight } from '../../core/processing/sight.ts'
import type { Flights } from '../../core/renditions/flights.ts'
import type { Credits } from '../../core/users/credits.ts'
import type { Session, Sessions } from '../../core/users/sessions.ts'
import type { Heads } from '../../core/vision/heads/heads.ts'
import type { Vision } from '../../core/vision/vision.ts'
import type { Staging } from './staging.ts'

/** Admissions per second (section 9). */
export interface Maxima {
  score: number
  label: number
  sort: number
  clientKey: number
  /** Requests of one address that are read at all. */
  address: number
}

export interface ScoringApi {
  store: Pick<MetadataStore, 'read' | 'ping'>
  blobs: Pick<BlobStore, 'localFile'>
  sessions: Sessions
  clientKeys: ClientKeys
  credits: Credits
  rates: Rates
  maxima: Maxima
  vision: Vision
  heads: Heads
  engine: Pick<ImageEngine, 'formatOf'>
  fetcher: Pick<Fetcher, 'fetch'>
  isOwnUrl(url: string): boolean
  readOwnUrl: ReadOwnUrl
  staging: Staging
  /** Looks that are going on, by the picture. */
  looks: Flights<Sight>
  clock: Clock
  /** For accepted work: fetching, waiting and looking together (section 8, 504). */
  deadlineMs: number
  fetch: { connectMs: number; timeoutMs: number; maxBytes: number }
  body: {
    /** Largest body of a call that takes pictures or a list to sort; others have `smallBytes`. */
    maxBytes: number
    smallBytes: number
    idleMs: number
  }
  sortResponse: 'object' | 'array'
}

export type BucketName = 'score' | 'label' | 'sort'

/** What is known of a request when its call is made. */
export interface Context {
  api: ScoringApi
  request: FastifyRequest
  reply: FastifyReply
  /** Aborted when the client goes away. */
  signal: AbortSignal
  session: Session
}

/** A request that was read: what it names, and what it does. */
export interface Call {
  /** As the body has it; undefined: the call takes none. */
  clientKey: string | undefined
  /** Credits. */
  cost: number
  buckets: readonly BucketName[]
  /** The JSON of a 200; undefined: 204. */
  run(context: Context): Promise<unknown>
}

/** `images`: long texts of it are pictures; `large` may be as long. */
export type BodyKind = 'small' | 'large' | 'images'

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root, with `:name` for parameters. */
  path: string
  /** Its calls count in the account's bucket of calls about client-keys. */
  ofAccount?: true
  /** Absent: whatever body comes is ignored. */
  body?: BodyKind
  /** @throws DomainError invalid */
  read(fields: Record<string, unknown>, request: FastifyRequest): Call
}

/** A call of those who have no session yet. */
export interface OpenEndpoint {
  method: 'POST'
  path: string
  run(api: ScoringApi, fields: Record<string, unknown>, request: FastifyRequest): Promise<unknown>
}
