/**
 * The cookie of a web session: no script reads it, no other site sends it, and over TLS no other host of the domain can
 * set it (the prefix `__Host-`). And where a request comes from, as its browser says.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../core/errors.ts'

/** Of the server: whether people reach it over TLS is told by the address they use, or by the configured one. */
export interface SessionCookies {
  /** The text of the browser's cookie. */
  read(request: FastifyRequest): string | undefined
  /** Sends it to the browser, which keeps it for so long. */
  write(request: FastifyRequest, reply: FastifyReply, token: string, lifetimeMs: number): void
  clear(request: FastifyRequest, reply: FastifyReply): void
  /** False when a page of another origin made the browser send this. Programs, which are no browsers, say nothing of it. */
  isOwnPage(request: FastifyRequest): boolean
  /** @throws DomainError `forbidden` when it is not */
  requireOwnPage(request: FastifyRequest): void
}

const plainName = 'imagestead_session'
const tokenShape = /^[\w-]{43}$/

/** @param publicOrigin scheme and authority of IMAGESTEAD_PUBLIC_URL, if it is set */
export function createSessionCookies(publicOrigin: string | undefined): SessionCookies {
  const isSecure = ({ protocol }: FastifyRequest) => protocol === 'https' || publicOrigin?.startsWith('https:') === true
  const nameFor = (request: FastifyRequest) => (isSecure(request) ? `__Host-${plainName}` : plainName)

  function send(request: FastifyRequest, reply: FastifyReply, value: string, seconds: number): void {
    const secure = isSecure(request) ? '; Secure' : ''
    const cookie = `${nameFor(request)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`
    reply.header('set-cookie', cookie)
  }

  function isOwnPage({ headers, host }: FastifyRequest): boolean {
    const site = headers['sec-fetch-site']
    // Only browsers set it, no page can; `none`: typed by a person.
    if (site !== undefined) return site === 'same-origin' || site === 'none'
    const { origin } = headers
    if (origin === undefined || origin === publicOrigin) return true
    // A proxy that is not trusted hides the scheme.
    return URL.canParse(origin) && new URL(origin).host === host.toLowerCase()
  }

  return {
    read(request) {
      const name = nameFor(request)
      for (const pair of (request.headers.cookie ?? '').split(';')) {
        const [key, value = ''] = pair.trim().split('=')
        if (key === name && tokenShape.test(value)) return value
      }
      return undefined
    },

    write: (request, reply, token, lifetimeMs) => send(request, reply, token, Math.floor(lifetimeMs / 1000)),
    clear: (request, reply) => send(request, reply, '', 0),
    isOwnPage,

    requireOwnPage(request) {
      if (isOwnPage(request)) return
      throw new DomainError(
        'forbidden',
        'This was sent by a page of another address than this server has. Behind a proxy, set IMAGESTEAD_PUBLIC_URL to the address that people use.',
        { param: request.headers['sec-fetch-site'] === undefined ? 'Origin' : 'Sec-Fetch-Site' },
      )
    },
  }
}
