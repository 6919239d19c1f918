/** What every call of a function goes through, in this order: the first check that fails answers. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import { readBody } from '../../http/body.ts'
import { identify } from './auth.ts'
import type { Endpoint, SitesApi } from './endpoint.ts'
import { limit } from './limits.ts'
import { announceEnd, refuseEnded } from './versions.ts'

export async function handle(
  api: SitesApi,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  announceEnd(api, endpoint, reply)
  const caller = await identify(api, request, reply) // 401
  await limit(api, endpoint, caller, reply) // 429
  refuseEnded(api, endpoint) // 410
  if (caller.key !== null && caller.key.camera !== null && endpoint.forCameras === undefined) {
    throw new DomainError('forbidden', 'This key sends photos and diagnostics of its camera, and does nothing else.')
  }
  const path = request.params as Record<string, string>
  const query = parse(endpoint.query, queryOf(request), 'query') // 400
  const body = endpoint.body === undefined ? undefined : parse(endpoint.body, await readJson(api, request), 'body') // 415, 413, 400
  const members = await endpoint.run({ api, request, reply, caller, path, query, body })
  if (endpoint.status === 302 || reply.sent) return reply
  reply.header('cache-control', 'no-store')
  if (reply.statusCode === 200) reply.code(endpoint.status ?? 200)
  return reply.type('application/json').send({ ok: true, ...members })
}

/** Names that come more than once are lists. */
function queryOf({ query }: FastifyRequest): Record<string, unknown> {
  return { ...(query as Record<string, unknown>) }
}

/** @throws DomainError unsupported_media_type, too_large, invalid */
export async function readJson(
  api: Pick<SitesApi, 'bodyLimits'>,
  request: FastifyRequest,
): Promise<Record<string, unknown>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new DomainError('unsupported_media_type', 'Send the body as application/json.', { param: 'Content-Type' })
  }
  return readBody(request.raw, api.bodyLimits)
}

/** @throws DomainError invalid, naming the first field at fault */
export function parse(schema: z.ZodType | undefined, given: Record<string, unknown>, where: string): unknown {
  if (schema === undefined) {
    const [name] = Object.keys(given)
    if (name === undefined) return undefined
    throw invalid(name.slice(0, 60), `This function has no parameter ${JSON.stringify(name.slice(0, 60))}.`)
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') {
    const name = [...issue.path, issue.keys[0]].join('.').slice(0, 60)
    throw invalid(name, `This function has no parameter ${JSON.stringify(name)}.`)
  }
  const name = issue?.path.join('.') || where
  throw invalid(name, `${name} ${issue?.message ?? 'is wrong'}.`)
}
