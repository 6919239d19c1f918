/** `/v2.0/client-key`: keys for the end users of an account (section 3). */
import { z } from 'zod'
import { clientSchema, mostClients, mostPerPage } from '../../core/keys/client-keys.ts'
import { needs, textMember } from '../../core/members.ts'
import type { Call, Context, Endpoint } from './endpoint.ts'
import { closed, parseFields } from './fields.ts'

export const newKeysSchema = closed({
  send: z.boolean(needs('true or false')).optional(),
  clients: z
    .array(clientSchema, needs('a list'))
    .min(1, `must hold 1 to ${mostClients} items`)
    .max(mostClients, `must hold 1 to ${mostClients} items`),
})

export const keyPatchSchema = closed({
  activated: z.boolean(needs('true or false')).optional(),
  name: textMember(1, 200).optional(),
  email: clientSchema.shape.email.optional(),
}).refine((patch) => Object.values(patch).some((value) => value !== undefined), 'must name what to change')

const pageSchema = z.object({
  page: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(0, 'must be at least 0')
    .max(1e6)
    .default(0),
  size: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(mostPerPage, `must be at most ${mostPerPage}`)
    .default(20),
})

/** No client-key in the body, nothing to pay. */
const call = (run: Call['run']): Call => ({ clientKey: undefined, cost: 0, buckets: [], run })

const idOf = ({ request }: Context) => String((request.params as Record<string, unknown>).id)

const create: Endpoint['read'] = (fields) => {
  const { clients, send = false } = parseFields(newKeysSchema, fields)
  return call(async ({ api, session }) => {
    const made = await api.clientKeys.create(session.user, clients, { send })
    return made.map(({ id, activated, email, name, secret }) => ({ id, activated, email, name, secret }))
  })
}

const list: Endpoint['read'] = (_fields, request) => {
  const page = parseFields(pageSchema, request.query)
  return call(async ({ api, session, reply }) => {
    const { keys, total } = await api.clientKeys.list(session.user, page)
    reply.raw.setHeader('X-Total-Count', total)
    return keys
  })
}

const get: Endpoint['read'] = () =>
  call(async (context) => context.api.clientKeys.get(context.session.user, idOf(context)))

const update: Endpoint['read'] = (fields) => {
  const patch = parseFields(keyPatchSchema, fields)
  return call(async (context) => context.api.clientKeys.update(context.session.user, idOf(context), patch))
}

const remove: Endpoint['read'] = () =>
  call(async (context) => {
    await context.api.clientKeys.delete(context.session.user, idOf(context))
    return undefined
  })

const at = (path: string): Endpoint[] => [
  { method: 'POST', path, ofAccount: true, body: 'small', read: create },
  { method: 'GET', path, ofAccount: true, read: list },
  { method: 'GET', path: `${path}/:id`, ofAccount: true, read: get },
  { method: 'PUT', path: `${path}/:id`, ofAccount: true, body: 'small', read: update },
  { method: 'PATCH', path: `${path}/:id`, ofAccount: true, body: 'small', read: update },
  { method: 'DELETE', path: `${path}/:id`, ofAccount: true, read: remove },
]

export const clientKeyEndpoints: Endpoint[] = [...at('/v2.0/client-key'), ...at('/v2.1/client-key')]
