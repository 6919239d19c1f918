/**
 * The HTTP server without any dialect: request ids, limits on the request itself, one error path, 404 and 405, CORS,
 * health and metrics. API modules register their routes and word their errors (design: one origin, routed on the path).
 */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import cors from '@fastify/cors'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { DomainError } from '../core/errors.ts'
import { requestId } from '../core/ids.ts'
import type { ApiModule } from './api-module.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { drainBody } from './drain.ts'
import { fromFramework } from './framework-errors.ts'
import { registerHealth } from './health.ts'
import type { HotAnswers, Served } from './hot-answers.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { renderPlainError } from './plain-error.ts'
import { collectRoutes, type RouteTable } from './route-table.ts'

export interface AppOptions {
  modules: readonly ApiModule[]
  logger: FastifyBaseLogger
  tls?: { certFile: string; keyFile: string }
  trustProxy?: string[]
  /** Each throws when its part is not ready; the message goes to /readyz. */
  readiness: Record<string, () => Promise<void>>
  /** Adds gauges of the parts behind the APIs. */
  gauges: (metrics: Metrics) => void
  /** Finished answers of image URLs, given before everything else. */
  hot?: { answers: HotAnswers; served(answer: Served): void }
}

export interface App {
  fastify: FastifyInstance
  routes: RouteTable
  /** From now on /readyz says no and new requests get 503; waits for those in progress, at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

const maxUrlLength = 8192
const maxPartLength = 2048
const maxHeaders = 100

export async function createApp(options: AppOptions): Promise<App> {
  const { modules } = options
  let draining = false
  const moduleOf = (url: string) => modules.find((module) => module.owns(pathOf(url)))

  const fastify = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: options.trustProxy ?? false,
    routerOptions: { maxParamLength: maxPartLength, ignoreTrailingSlash: true },
    bodyLimit: 1024 * 1024,
    // Routes have none; what compiles them is large and would be loaded for the question.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    // Slow clients: headers within 10 s; bodies are watched by the readers themselves (http/body.ts).
    requestTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // Answered in the API's own words by the hook below.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => send(fromFramework(error), request, reply),
    clientErrorHandler: answerBrokenRequest,
    ...(options.tls === undefined ? { http: { headersTimeout: 10_000 } } : { https: tlsOptions(options.tls) }),
  }) as unknown as FastifyInstance
  // Also where no route is: an unknown path or verb is told as such, whatever its body is.
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const metrics = createMetrics()
  const routes = collectRoutes(fastify)

  /** Asks the finished answers first: for them the framework's way is most of the work. */
  function answerFirst({ answers, served }: NonNullable<AppOptions['hot']>): void {
    const usual = fastify.server.listeners('request')
    fastify.server.removeAllListeners('request')
    const saysAnswers = logsInfo(options.logger)
    fastify.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const began = performance.now()
      const answer = draining ? undefined : answers.serve(request, response)
      if (answer === undefined) {
        for (const listener of usual) listener.call(fastify.server, request, response)
        return
      }
      served(answer)
      const { method = 'GET', url = '' } = request
      const ms = performance.now() - began
      metrics.observe('delivery', '/*', method, answer.status, ms)
      if (!saysAnswers) return
      const line = { method, path: pathOf(url), status: answer.status, ms: Math.round(ms) }
      options.logger.info({ reqId: answer.requestId, ...line }, 'answered')
    })
  }

  function send(error: DomainError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (error.code === 'internal') request.log.error({ err: error.cause ?? error }, 'request failed')
    else request.log.debug({ code: error.code, param: error.param }, error.message)
    const rendered = (moduleOf(request.raw.url ?? '/')?.renderError ?? renderPlainError)(error, request)
    reply.raw.setHeader('X-Request-Id', request.id)
    if (error.code === 'method_not_allowed') reply.header('allow', (error.allow ?? []).join(', '))
    if (!request.raw.complete && hasBody(request)) reply.header('connection', 'close')
    for (const [name, value] of Object.entries(rendered.headers ?? {})) {
      // Fastify would write capitals small.
      if (name === name.toLowerCase()) reply.header(name, value)
      else reply.raw.setHeader(name, value)
    }
    return reply.code(rendered.status).send(rendered.body)
  }

  fastify.addHook('onRequest', async (request, reply) => {
    reply.raw.setHeader('X-Request-Id', request.id)
    // Health checks go on answering: they say so themselves.
    if (draining && !isHealth(request)) {
      throw new DomainError('overloaded', 'This server is shutting down; send the request again.', {
        retryAt: Date.now() + 1000,
      })
    }
    if ((request.raw.url ?? '').length > maxUrlLength) {
      throw new DomainError(
        'uri_too_long',
        `The URL is longer than ${maxUrlLength} characters; send long values in the body.`,
      )
    }
    if (request.raw.rawHeaders.length > maxHeaders * 2) {
      throw new DomainError('headers_too_large', `The request has more than ${maxHeaders} headers.`)
    }
  })
  fastify.addHook('onSend', async (_request, reply, payload) => {
    if (draining) reply.header('connection', 'close')
    return payload
  })
  fastify.addHook('onResponse', async (request, reply) => {
    const module = moduleOf(request.raw.url ?? '/')?.name ?? 'server'
    const route = request.routeOptions.url ?? 'none'
    metrics.observe(module, route, request.method, reply.statusCode, reply.elapsedTime)
    // The path without its query: tokens and keys travel there.
    const line = { method: request.method, path: pathOf(request.raw.url ?? ''), status: reply.statusCode }
    request.log.info({ ...line, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
  fastify.setErrorHandler(async (error, request, reply) => {
    await drainBody(request.raw)
    return send(fromFramework(error), request, reply)
  })
  fastify.setNotFoundHandler(async (request, reply) => {
    await drainBody(request.raw)
    const path = pathOf(request.raw.url ?? '/')
    // The router says so itself only where no route takes every path.
    if (path.split('/').some((part) => part.length > maxPartLength)) {
      return send(new DomainError('uri_too_long', 'A part of the path is too long.', { param: 'path' }), request, reply)
    }
    await moduleOf(path)?.before?.(request)
    const known = routes.verbs(path)
    const verbs = (known.length > 0 ? known : (moduleOf(path)?.everyPath ?? [])).filter(
      (verb) => verb !== 'HEAD' || request.method !== 'HEAD',
    )
    const error =
      verbs.length > 0
        ? new DomainError(
            'method_not_allowed',
            `${request.method} is not known here; this path takes ${verbs.join(', ')}.`,
            {
              allow: verbs,
            },
          )
        : new DomainError('not_found', 'There is nothing at this path; /docs lists the APIs.', { param: 'path' })
    return send(error, request, reply)
  })

  await fastify.register(cors, {
    delegator: (request, done) => {
      const policy = moduleOf(request.raw.url ?? '/')?.cors
      done(null, policy === undefined ? { origin: false } : { origin: true, strictPreflight: false, ...policy })
    },
  })
  fastify.addHook('onRequest', (request, reply, done) => {
    // The same for every origin: caches need not keep one answer for each.
    if (moduleOf(request.raw.url ?? '/')?.cors?.origin === '*') reply.removeHeader('vary')
    done()
  })
  registerHealth(fastify, options.readiness, () => draining)
  options.gauges(metrics)
  fastify.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  for (const module of modules) {
    await fastify.register(async (scope) => module.register(scope))
  }
  if (options.hot !== undefined) answerFirst(options.hot)
  return {
    fastify,
    routes,
    async close(graceMs) {
      draining = true
      const cut = setTimeout(() => fastify.server.closeAllConnections(), graceMs)
      await fastify.close()
      clearTimeout(cut)
    },
  }
}

/** A level that is changed while the server runs is not noticed. */
const logsInfo = ({ level }: FastifyBaseLogger) => ['trace', 'debug', 'info'].includes(level)

function noSchemas(): never {
  throw new Error('Routes have no JSON schemas: what they read is checked by the API modules.')
}

/** Path of a raw request target, without query. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/)
  return end === -1 ? target : target.slice(0, end)
}

const isHealth = ({ raw }: FastifyRequest) => raw.url === '/livez' || raw.url === '/readyz' || raw.url === '/metrics'

function hasBody(request: FastifyRequest): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
}

function tlsOptions({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile), headersTimeout: 10_000 }
}
