/**
 * One function of the Sites API in one version, and what it gets. index.ts registers the literal list of them; the checks,
 * the OpenAPI document and the usage counts are made from what stands here.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Idempotency } from '../../core/idempotency/idempotency.ts'
import type { LimitStore } from '../../core/ports.ts'
import type { Ending } from '../../core/sites/deprecations.ts'
import type { SiteCaller, SiteDeps } from '../../core/sites/deps.ts'
import type { SharePasswords } from '../../core/sites/share-passwords.ts'
import type { SiteUsage } from '../../core/sites/usage.ts'
import type { WebSessions } from '../../core/users/web-sessions.ts'
import type { BodyLimits } from '../../http/body.ts'
import type { PageLook } from '../../http/page/look.ts'
import type { SessionCookies } from '../../http/session-cookie.ts'

export interface SitesApi {
  deps: SiteDeps
  limits: LimitStore
  /** False (IMAGESTEAD_LIMITS=off): nothing is counted but unauthenticated requests. */
  limited: boolean
  /** Most calls of a user per minute and month, 0: unlimited; of strangers per minute and address. */
  calls: { minute: number; month: number; address: number }
  usage: SiteUsage
  bodyLimits: BodyLimits
  /** Deprecated versions, their successors as paths. */
  endings: readonly Ending[]
  /** Of the pages. */
  look: PageLook
  idempotency: Idempotency
  /** Scheme and authority of IMAGESTEAD_PUBLIC_URL; undefined: the request's own. */
  publicOrigin: string | undefined
  webSessions: WebSessions
  cookies: SessionCookies
  sharePasswords: SharePasswords
}

export interface Context<Query = unknown, Body = unknown> {
  api: SitesApi
  request: FastifyRequest
  reply: FastifyReply
  caller: SiteCaller
  /** Parameters of the path. */
  path: Record<string, string>
  query: Query
  body: Body
}

/** Members of a JSON answer beside `ok`, by name. */
export type Members = Record<string, z.ZodType>

export interface Endpoint<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  /** Its name in the registry of versions and in the usage: `photos.list`. */
  function: string
  version: number
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/site/v{n}`, with `:name` for parameters. */
  path: string
  /** For the document. */
  summary: string
  /** A strict object; absent: no parameters. */
  query?: Query
  /** Of a JSON body; absent: none is read, `run` may read its own. */
  body?: Body
  /** Body that `run` reads itself, for the document. */
  ownBody?: 'photos'
  /** A camera's ingest key may call it. */
  forCameras?: true
  /** Status of success; default 200. 302: `run` answers itself. */
  status?: 200 | 201 | 202 | 302
  answer: Members
  run(context: Context<z.output<Query>, z.output<Body>>): Promise<object | undefined>
}

/** Keeps the types of query and body together. */
export function endpoint<Query extends z.ZodType = z.ZodUndefined, Body extends z.ZodType = z.ZodUndefined>(
  one: Endpoint<Query, Body>,
): Endpoint {
  return one as unknown as Endpoint
}

/** Paths without a version: docs, media, embed, account. */
export type Routes = (app: FastifyInstance, api: SitesApi) => void
