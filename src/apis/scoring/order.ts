/**
 * What every request of the Scoring API goes through, in the order of section 8: the first check that fails answers.
 * 404 and 405 come from the routes themselves (http/app.ts), after `ready`.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { signalOf } from '../../http/signal.ts'
import { identify } from './auth.ts'
import { readJson, requireJson, requireSize } from './body.ts'
import type { Call, Context, Endpoint, OpenEndpoint, ScoringApi } from './endpoint.ts'
import { guardAddress, limitAccount, limitKey, reserve, showAccount, showCredits } from './limits.ts'
import type { Ready } from './ready.ts'

/** @returns the JSON of a 200; undefined: 204 */
export async function handle(
  api: ScoringApi,
  ready: Ready,
  endpoint: Endpoint,
  { request, reply }: Exchange,
): Promise<unknown> {
  await ready(request) // 503, 502
  const session = await identify(api, request) // 401, 403
  if (endpoint.ofAccount) await showAccount(api, session, reply)
  if (endpoint.body !== undefined) requireJson(request) // 415
  if (endpoint.body !== undefined) requireSize(api, endpoint.body, request) // 413
  await guardAddress(api, request) // 429
  const body = endpoint.body === undefined ? noBody : await readJson(api, endpoint.body, request.raw) // 413, 408, 400
  try {
    const call = endpoint.read(body.fields, request) // 400
    const { clientKey: text } = call
    const key = text === undefined ? undefined : await api.clientKeys.check(text, session.user) // 401, 403
    const signal = signalOf(reply)
    if (endpoint.ofAccount) await limitAccount(api, session, reply) // 429
    if (key !== undefined) await limitKey(api, call, key.id, { reply, signal }) // 429
    return await paid(call, { api, request, reply, signal, session }) // 402, then the call's own
  } finally {
    await body.discard()
  }
}

/** The same for those who have no session yet. */
export async function handleOpen(
  api: ScoringApi,
  ready: Ready,
  endpoint: OpenEndpoint,
  { request }: Exchange,
): Promise<unknown> {
  await ready(request) // 503
  requireJson(request) // 415
  requireSize(api, 'small', request) // 413
  await guardAddress(api, request) // 429
  const { fields } = await readJson(api, 'small', request.raw) // 413, 408, 400
  return endpoint.run(api, fields, request) // 400, 429, 401, 403
}

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

/** Reserves what the call costs, takes it when it succeeded, gives it back when not (section 10). */
async function paid(call: Call, context: Context): Promise<unknown> {
  const { api, reply, session } = context
  if (call.cost === 0) return call.run(context)
  const reservation = await reserve(api, session, call.cost, reply)
  try {
    const answer = await call.run(context)
    await reservation.take()
    return answer
  } catch (error) {
    await reservation.giveBack()
    showCredits(reply, reservation.remaining())
    throw error
  }
}

const noBody = { fields: {}, discard: async () => {} }
