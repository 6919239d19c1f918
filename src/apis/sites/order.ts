/** What every call of a function goes through, in this order: the first check that fails answers. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import { readBody, readNeedlessBody } from '../../http/body.ts'
import { identify } from './auth.ts'
import type { Endpoint, SitesApi } from './endpoint.ts'
import { statusOf } from './errors.ts'
import { countCall, guardAddress } from './limits.ts'
import { announceEnd, refuseEnded } from './versions.ts'

export async function handle(
  api: SitesApi,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  announceEnd(api, endpoint, reply)
  const caller = await known(api, request, reply) // 401, 429
  const counted = await countCall(api, caller.user, reply) // 429
  try {
    const answered = await answer(api, endpoint, { request, reply, caller })
    api.usage.count(caller.user.id, endpoint)
    return answered
  } catch (error) {
    if (statusOf(error) < 500) api.usage.count(caller.user.id, endpoint)
    // Where the database is what failed, this fails too.
    else await counted.giveBack().catch(() => {})
    throw error
  }
}

/** @throws DomainError unauthenticated; rate_limited: too many of those from this address */
async function known(api: SitesApi, request: FastifyRequest, reply: FastifyReply): Promise<SiteCaller> {
  try {
    return await identify(api, request, reply)
  } catch (error) {
    if (statusOf(error) === 401) await guardAddress(api, request)
    throw error
  }
}

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  caller: SiteCaller
}

async function answer(api: SitesApi, endpoint: Endpoint, { request, reply, caller }: Exchange): Promise<unknown> {
  refuseEnded(api, endpoint) // 410
  if (caller.key !== null && caller.key.camera !== null && endpoint.forCameras === undefined) {
    throw new DomainError('forbidden', 'This key sends photos and diagnostics of its camera, and does nothing else.')
  }
  const path = request.params as Record<string, string>
  const query = parse(endpoint.query, { ...(request.query as Record<string, unknown>) }, 'query') // 400
  const body = await bodyOf(api, endpoint, request) // 415, 413, 400
  // What was there already answers 200 instead of 201: `run` says so.
  reply.code(endpoint.status ?? 200)
  const members = await endpoint.run({ api, request, reply, caller, path, query, body })
  if (endpoint.status === 302 || reply.sent) return reply
  reply.header('cache-control', 'no-store')
  return reply.type('application/json').send({ ok: true, ...members })
}

async function bodyOf(api: SitesApi, endpoint: Endpoint, request: FastifyRequest): Promise<unknown> {
  const { body, ownBody, method } = endpoint
  if (body !== undefined) return parse(body, await readJson(api, request), 'body')
  if (ownBody !== undefined) return undefined
  const given = await readNeedlessBody(request.raw)
  // Clients send bodies with GET and DELETE by habit; elsewhere they mean something.
  return method === 'GET' || method === 'DELETE' ? undefined : parse(undefined, given, 'body')
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
    throw unknownName(name)
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') throw unknownName([...issue.path, issue.keys[0]].join('.'))
  // Of a parameter that may come several times each is called the same.
  const name = (where === 'query' ? issue?.path.slice(0, 1) : issue?.path)?.join('.') || where
  // A parameter that came several times is a list.
  const isRepeated = where === 'query' && issue?.path.length === 1 && Array.isArray(given[name])
  const isList = issue?.code === 'too_big' || issue?.code === 'too_small'
  if (isRepeated && !isList) throw invalid(name, `${name} must be given once.`)
  throw invalid(name, `${name} ${issue?.message ?? 'is wrong'}.`)
}

function unknownName(given: string): DomainError {
  const name = given.slice(0, 60)
  return invalid(name, `This function has no parameter ${JSON.stringify(name)}.`)
}
