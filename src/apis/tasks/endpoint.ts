/** One endpoint of the Tasks API, and what its handler gets. index.ts registers the literal list of them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../../core/caller.ts'
import type { Idempotency } from '../../core/idempotency/idempotency.ts'
import type { Job } from '../../core/jobs/records.ts'
import type { Keys } from '../../core/keys/keys.ts'
import type { ScopeLevel } from '../../core/keys/scopes.ts'
import type { LimitStore } from '../../core/ports.ts'
import type { TaskDeps } from '../../core/tasks/deps.ts'
import type { BodyLimits } from '../../http/body.ts'

export interface TasksApi {
  deps: TaskDeps
  keys: Keys
  limits: LimitStore
  idempotency: Idempotency
  ratePerSecond: number
  ratePerMinute: number
  bodyLimits: BodyLimits
  /** Authority of the configured public address; undefined: each request's Host. */
  publicAuthority: string | undefined
  /** Waits for the job that a synchronous request claimed. @throws what the job's try threw */
  runNow(job: Job): Promise<void>
  /** Takes a place for one process request. @throws DomainError `overloaded` */
  enterProcess(): () => void
}

export interface EndpointContext {
  api: TasksApi
  request: FastifyRequest
  reply: FastifyReply
  caller: Caller
  /** Path and query parameters. */
  params: Record<string, unknown>
  /** Fields of the body; empty where the endpoint takes none or streams it. */
  body: Record<string, unknown>
}

export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below /v1. */
  path: string
  /** What a restricted key needs of the group `tasks`. */
  level: ScopeLevel
  /** Honours Idempotency-Key. */
  creates?: true
  /** Absent: whatever body comes is ignored. `streamed`: the handler reads it itself, files included. */
  body?: 'fields' | 'streamed'
  /** Returns the JSON body of a 200, or the reply when it sent by itself. */
  handle(context: EndpointContext): Promise<unknown>
}

/** The authority that clients build their next URLs from (section 1.1). */
export function serverOf({ api, request }: Pick<EndpointContext, 'api' | 'request'>): string {
  return api.publicAuthority ?? request.host
}
