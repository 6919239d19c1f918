/** One endpoint of the Library API, and what its handler gets. index.ts registers the literal list of them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AssetDeps } from '../../core/assets/deps.ts'
import type { Caller } from '../../core/caller.ts'
import type { Keys } from '../../core/keys/keys.ts'
import type { Sealer } from '../../core/keys/seal.ts'
import type { LimitStore } from '../../core/ports.ts'
import type { BodyLimits } from '../../http/body.ts'

export interface LibraryApi {
  deps: AssetDeps
  keys: Keys
  limits: LimitStore
  /** For the secrets of origins. */
  sealer: Sealer
  /** False: IMAGESTEAD_LIMITS=off. */
  limited: boolean
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
  /** Absent: whatever body comes is ignored. `streamed`: the handler reads it itself, files included. */
  body?: 'json' | 'streamed'
  /** Returns the JSON body (undefined: 204 without one), or the reply when it sent by itself. 200 unless the handler set another status on the reply. */
  handle(context: EndpointContext): Promise<unknown>
}

/** An endpoint that identifies its caller by itself (client-side uploads, section 2.2). */
export interface OpenEndpoint extends Omit<Endpoint, 'handle'> {
  handle(context: Omit<EndpointContext, 'caller'>): Promise<unknown>
}
