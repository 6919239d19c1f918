/** Who is signed in with the browser that asks (section 2), and whether a change was meant. */
import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import type { OpenWebSession } from '../../core/users/web-sessions.ts'
import type { SitesApi } from './endpoint.ts'

type Sessions = Pick<SitesApi, 'webSessions' | 'cookies'>

/** Undefined: nobody, or a page of another origin looks with somebody's cookie. @throws DomainError `forbidden` when such a page wants to change something */
export async function sessionOf(
  { webSessions, cookies }: Sessions,
  request: FastifyRequest,
): Promise<OpenWebSession | undefined> {
  if (changes(request)) cookies.requireOwnPage(request)
  else if (!cookies.isOwnPage(request)) return undefined
  const token = cookies.read(request)
  return token === undefined ? undefined : webSessions.find(token)
}

/**
 * For everything that changes something: sent by a page that knows the session's token.
 * @throws DomainError `forbidden`, naming the header
 */
export function requireMeant(
  { webSessions }: Pick<Sessions, 'webSessions'>,
  request: FastifyRequest,
  session: OpenWebSession,
): void {
  const given = request.headers['x-csrf-token']
  if (typeof given === 'string' && webSessions.isCsrfToken(session, given)) return
  throw new DomainError(
    'forbidden',
    'Changes of a signed-in person carry the header X-CSRF-Token, with the csrf_token of GET /site/account/session.',
    { param: 'X-CSRF-Token' },
  )
}

export const changes = ({ method }: FastifyRequest) => method !== 'GET' && method !== 'HEAD'

export const signedOut = () =>
  new DomainError('unauthenticated', 'Nobody is signed in, or the session has ended; sign in under /site/account.', {
    param: 'Cookie',
  })
