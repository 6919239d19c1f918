/**
 * `/site/account`: signing in with a browser, and the person's own API keys (section 2). By web session only, never with
 * an apiKey; each change carries the session's token.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DomainError } from '../../core/errors.ts'
import {
  changeOwnKey,
  createOwnKey,
  deleteOwnKey,
  type KeyOwner,
  listOwnKeys,
  revealOwnKey,
} from '../../core/keys/own-site-keys.ts'
import type { Key } from '../../core/keys/records.ts'
import { formatInstant } from '../../core/sites/zones.ts'
import type { OpenWebSession } from '../../core/users/web-sessions.ts'
import type { SitesApi } from './endpoint.ts'
import { flagMember, textMember } from './fields.ts'
import { guardAddress } from './limits.ts'
import { parse, readJson } from './order.ts'
import { changes, requireMeant, sessionOf, signedOut } from './session.ts'

const anyText = (max: number) => z.string('must be a text').max(max, `must have at most ${max} characters`)
const credentials = z.strictObject({ username: anyText(200), password: anyText(1000) })
const passwordOnly = z.strictObject({ password: anyText(1000) })
const name = textMember(1, 100)
  .refine((text) => text.trim() !== '', 'must not be empty')
  .transform((text) => text.trim())
const newKey = z.strictObject({ name })
const keyChange = z
  .strictObject({ name: name.optional(), enabled: flagMember().optional() })
  .refine(({ name, enabled }) => name !== undefined || enabled !== undefined, {
    path: ['enabled'],
    message: 'is missing; give enabled, name or both',
  })

/** The session's owner is known when it runs. */
interface Call<Body> {
  request: FastifyRequest
  owner: KeyOwner
  open: OpenWebSession
  id: string
  body: Body
}
type Run<Body> = (call: Call<Body>) => Promise<object>

export function accountRoutes(app: FastifyInstance, api: SitesApi): void {
  const { webSessions, cookies, deps } = api
  const base = '/site/account'
  const keys = `${base}/api-keys`

  app.get(`${base}/session`, async (request, reply) => {
    refuseQuery(request)
    const open = await sessionOf(api, request)
    return send(reply, { session: open === undefined ? null : shownSession(api, open) })
  })

  app.post(`${base}/sign-in`, async (request, reply) => {
    refuseQuery(request)
    // Nobody is signed in to an account of somebody else's choice.
    cookies.requireOwnPage(request)
    const attempt = await readAs(api, request, credentials)
    const entered = webSessions.signIn({ ...attempt, address: request.ip }, cookies.read(request))
    const open = await guarded(request, plainly(entered))
    cookies.write(request, reply, open.token, webSessions.lifetimeMs)
    request.log.info({ user: open.user.id, address: request.ip }, 'signed in')
    return send(reply, { session: shownSession(api, open) })
  })

  app.post(`${base}/sign-out`, async (request, reply) => {
    refuseQuery(request)
    const open = await sessionOf(api, request)
    if (open !== undefined) requireMeant(api, request, open)
    const token = cookies.read(request)
    if (token !== undefined) await webSessions.signOut(token)
    cookies.clear(request, reply)
    return send(reply, {})
  })

  app.post(
    `${base}/confirm`,
    signedIn(passwordOnly, async ({ open, owner, body, request }) => ({
      session: shownSession(
        api,
        await guarded(request, plainly(webSessions.confirm(open, body.password, owner.address))),
      ),
    })),
  )

  app.get(
    keys,
    signedIn(undefined, async ({ owner }) => ({ api_keys: (await listOwnKeys(deps, owner)).map(shownKey) })),
  )

  app.post(
    keys,
    signedIn(
      newKey,
      async ({ owner, body }) => {
        const { key, secret } = await createOwnKey(deps, owner, body.name)
        return { key: shownKey(key), api_key: secret }
      },
      201,
    ),
  )

  app.get(
    `${keys}/:id/reveal`,
    signedIn(undefined, async ({ owner, id }) => ({ api_key: await revealOwnKey(deps, owner, id) })),
  )

  app.patch(
    `${keys}/:id`,
    signedIn(keyChange, async ({ owner, id, body }) => ({ key: shownKey(await changeOwnKey(deps, owner, id, body)) })),
  )

  app.delete(
    `${keys}/:id`,
    signedIn(undefined, async ({ owner, id }) => {
      await deleteOwnKey(deps, owner, id)
      return {}
    }),
  )

  /** Whoever is not known may try so often from one address, as with keys. */
  async function guarded<T>(request: FastifyRequest, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unauthenticated') await guardAddress(api, request)
      throw error
    }
  }

  /** For the person of the session alone. */
  function signedIn<Body extends z.ZodType>(body: Body | undefined, run: Run<z.output<Body>>, status = 200) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const open = await guarded(request, sessionOf(api, request).then(orSignedOut))
      if (changes(request)) requireMeant(api, request, open)
      refuseQuery(request)
      const given = body === undefined ? undefined : await readAs(api, request, body)
      const { id = '' } = request.params as { id?: string }
      if (id !== '' && !/^\w{1,64}$/.test(id)) {
        throw new DomainError('not_found', 'You have no key with this id.', { param: 'id' })
      }
      const owner: KeyOwner = { user: open.user, session: open.session, address: request.ip }
      const members = await run({ request, owner, open, id, body: given as z.output<Body> })
      return send(reply.code(status), members)
    }
  }
}

const orSignedOut = (open: OpenWebSession | undefined): OpenWebSession => {
  if (open !== undefined) return open
  throw signedOut()
}

function refuseQuery({ query }: FastifyRequest): void {
  parse(undefined, query as Record<string, unknown>, 'query')
}

async function readAs<Body extends z.ZodType>(
  api: SitesApi,
  request: FastifyRequest,
  schema: Body,
): Promise<z.output<Body>> {
  return parse(schema, await readJson(api, request), 'body') as z.output<Body>
}

/** This API has one code for what may not be. */
async function plainly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DomainError) || error.extra === undefined) throw error
    throw new DomainError(error.code, error.message, { cause: error })
  }
}

/** Members beside `ok`. */
function send(reply: FastifyReply, members: object): FastifyReply {
  return reply
    .headers({ 'cache-control': 'no-store', vary: 'Cookie', 'x-content-type-options': 'nosniff' })
    .type('application/json')
    .send({ ok: true, ...members })
}

function shownSession({ webSessions }: SitesApi, { user, session, csrfToken }: OpenWebSession) {
  return {
    user: { id: user.id, username: user.username },
    csrf_token: csrfToken,
    signed_in_at: formatInstant(session.created),
    confirmed_at: formatInstant(session.confirmed),
    expires_at: formatInstant(session.created + webSessions.lifetimeMs),
  }
}

function shownKey({ id, label, publicKey, status, created, used, secretSealed, camera }: Key) {
  return {
    id,
    name: label,
    prefix: publicKey,
    enabled: status === 'active',
    created_at: formatInstant(created),
    last_used_at: used === null ? null : formatInstant(used),
    revealable: secretSealed !== null,
    camera_id: camera,
  }
}
