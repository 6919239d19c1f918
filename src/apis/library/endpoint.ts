/** One endpoint of the Library API, and what its handler gets. index.ts registers the literal list of them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AssetDeps } from '../../core/assets/deps.ts'
import type { Caller } from '../../core/caller.ts'
import type { Idempotency } from '../../core/idempotency/idempotency.ts'
import type { Keys } from '../../core/keys/keys.ts'
import type { ScopeGroup, ScopeLevel } from '../../core/keys/scopes.ts'
import type { Sealer } from '../../core/keys/seal.ts'
import type { LimitStore } from '../../core/ports.ts'
import type { BodyLimits } from '../../http/body.ts'

/** Requests per project and endpoint, purges per project (section 3.1). */
export interface Rates {
  readsPerSecond: number
  readsPerMinute: number
  writesPerSecond: number
  purgesPerMonth: number
}

export interface LibraryApi {
  deps: AssetDeps
  keys: Keys
  limits: LimitStore
  /** For the secrets of origins. */
  sealer: Sealer
  /** False: IMAGESTEAD_LIMITS=off. */
  limited: boolean
  rates: Rates
  idempotency: Idempotency
  bodyLimits: BodyLimits
  /** Where image URLs begin (scheme and authority, no slash at the end); undefined: each request's own origin. */
  deliveryOrigin: string | undefined
  /** Where people get help; undefined: the docs. */
  supportContact: string | undefined
}

export interface EndpointContext {
  api: LibraryApi
  request: FastifyRequest
  reply: FastifyReply
  caller: Caller
  /** Path parameters. */
  params: Record<string, string>
  query: Record<string, unknown>
  /** Members of the JSON body; empty where the endpoint takes none or streams it. */
  body: Record<string, unknown>
}

export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the root, with `:name` for parameters. */
  path: string
  /** What a restricted key needs (section 2.1); `level` decides the rate limits too: uploads have none. */
  group: ScopeGroup
  level: ScopeLevel
  /** Absent: whatever body comes is ignored. `streamed`: the handler reads it itself, files included. */
  body?: 'json' | 'streamed'
  /** Returns the JSON body (undefined: 204 without one), or the reply when it sent by itself. 200 unless the handler set another status on the reply. */
  handle(context: EndpointContext): Promise<unknown>
}

/** An endpoint whose body may say who asks (client-side uploads, sections 2.2 and 2.3). */
export interface OpenEndpoint extends Omit<Endpoint, 'body' | 'handle'> {
  /** Reads the body and identifies the caller, whose key it holds against `group` and `level`. */
  open(context: OpenContext): Promise<Opened>
}

export type OpenContext = Pick<EndpointContext, 'api' | 'request' | 'reply'>

/** A request that was read, of a caller who is known. */
export interface Opened {
  caller: Caller
  /** As an endpoint's; not called when the answer is known from an earlier request. */
  handle(): Promise<unknown>
  /** Called in the end, whatever happened. */
  close(): Promise<void>
}
