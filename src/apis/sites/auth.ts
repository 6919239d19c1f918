/**
 * Who asks (section 2): `Authorization: apiKey {key}`, which identifies a user; or, without that header, a person who is
 * signed in with the browser.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import type { SiteCaller } from '../../core/sites/deps.ts'
import { signalOf } from '../../http/signal.ts'
import type { SitesApi } from './endpoint.ts'
import { changes, requireMeant, sessionOf, signedOut } from './session.ts'

/** @throws DomainError unauthenticated; forbidden: a change by cookie without the session's token */
export async function identify(api: SitesApi, request: FastifyRequest, reply: FastifyReply): Promise<SiteCaller> {
  const { authorization } = request.headers
  const { user, project, key, session } = await (authorization === undefined
    ? bySession(api, request)
    : byKey(api, authorization))
  return {
    user,
    project,
    key,
    session,
    access: await api.deps.store.read.groups.accessOf(user),
    requestId: request.id,
    origin: originOf(api, request),
    signal: signalOf(reply),
  }
}

type Identified = Pick<SiteCaller, 'user' | 'project' | 'key' | 'session'>

async function byKey({ deps }: SitesApi, authorization: string): Promise<Identified> {
  // The word in any case, one or more blanks.
  const text = /^apiKey[ \t]+(\S+)\s*$/i.exec(authorization)?.[1]
  if (text === undefined) throw noKey()
  const found = await deps.siteKeys.find(text)
  const account = found && (await deps.store.read.users.findWithProject(found.key.user ?? ''))
  if (found === undefined || account?.user.status !== 'active') {
    throw new DomainError(
      'unauthenticated',
      'This API key is unknown, disabled or deleted; make one under /site/account.',
      { param: 'Authorization' },
    )
  }
  deps.siteKeys.noteUse(found.key)
  return { user: account.user, project: found.project, key: found.key, session: null }
}

/** The gallery's pictures, and pages that act for the person. */
async function bySession(api: SitesApi, request: FastifyRequest): Promise<Identified> {
  if (api.cookies.read(request) === undefined) throw noKey()
  const session = await sessionOf(api, request)
  if (session === undefined) throw signedOut()
  if (changes(request)) requireMeant(api, request, session)
  return { user: session.user, project: session.project, key: null, session: session.session.idHash }
}

const noKey = () =>
  new DomainError(
    'unauthenticated',
    'The Authorization header is missing or of another scheme; send "Authorization: apiKey {api_key}".',
    { param: 'Authorization' },
  )

export const originOf = ({ publicOrigin }: Pick<SitesApi, 'publicOrigin'>, { protocol, host }: FastifyRequest) =>
  publicOrigin ?? `${protocol}://${host}`
