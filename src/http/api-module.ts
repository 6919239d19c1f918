/** What http/app.ts needs to know of an API module: its paths, its routes, and how it words an error. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DomainError } from '../core/errors.ts'

/** A complete answer in a module's dialect. */
export interface RenderedError {
  status: number
  /** Sent as they are spelt. */
  headers?: Record<string, string>
  body: unknown
}

export interface CorsPolicy {
  /** `*`: the same answer for every page. Absent: the page's own origin. */
  origin?: '*'
  methods: string[]
  allowedHeaders: string[]
  exposedHeaders: string[]
}

export interface ApiModule {
  /** Short name for metrics and logs. */
  name: string
  /** True for every path whose errors this module words, known routes or not. The first module that says true gets it. */
  owns(path: string): boolean
  /** Runs before 404 and 405 are told of a path it owns; throws what comes before them. */
  before?(request: FastifyRequest): Promise<void>
  /** Verbs that every path it owns takes, where a route for all of them says so and no other route is there. */
  everyPath?: readonly string[]
  register(app: FastifyInstance): void
  renderError(error: DomainError, request: FastifyRequest | undefined): RenderedError
  /** Absent: no cross-origin requests. */
  cors?: CorsPolicy
}
