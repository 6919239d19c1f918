/**
 * What shares lead to (section 10): a page of photos or a film, a frameable page, and a picture for plain <img>. No
 * account, no cookie but for a password; search engines are told to stay away.
 */
import { readFileSync } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../core/errors.ts'
import { unknown } from '../../core/sites/access.ts'
import { findMedia } from '../../core/sites/media.ts'
import { signed } from '../../core/sites/open-link.ts'
import { largest, latestShared, visibleVariants } from '../../core/sites/shared-photos.ts'
import { isShared, type OpenShare, openShare } from '../../core/sites/shares.ts'
import { openVariant } from '../../core/sites/variants.ts'
import { readBody } from '../../http/body.ts'
import { sendPage } from '../../http/page/document.ts'
import type { Html } from '../../http/page/html.ts'
import { signalOf } from '../../http/signal.ts'
import { built } from '../../paths.ts'
import { originOf } from './auth.ts'
import type { Routes, SitesApi } from './endpoint.ts'
import { sendMedia } from './send-media.ts'
import { shareBody } from './share-bodies.ts'
import { embedBody } from './share-embed.ts'
import { framedShare, messageView, passwordView } from './share-views.ts'

const asset = (name: string) => readFileSync(built(`apis/sites/assets/${name}`), 'utf8').trim()
const pathOf = (token: string) => `/site/s/${token}`
const cookieName = 'imagestead_share'
/** Of embedded pages: they show the newest photo anew. */
const refreshSeconds = 300
/** Of `latest.jpg` in caches. */
const latestSeconds = 30

interface Route {
  Params: { token: string; id?: string; variant?: string }
}

type Request = FastifyRequest<Route>

export const shareRoutes: Routes = (app, api) => {
  const files = { style: asset('share.css'), logo: asset('logo.svg') }
  const { deps } = api

  const mayEnter = (request: FastifyRequest, { share }: OpenShare) =>
    api.sharePasswords.mayEnter(share, cookieOf(request))

  app.get<Route>('/site/s/:token', async (request, reply) => {
    const { token } = request.params
    const open = await openShare(deps, token).catch(asUndefined)
    if (open === undefined) return ended(request, reply)
    if (!mayEnter(request, open)) return askPassword(request, reply)
    const shown = await shareBody(deps, open, pathOf(token), request.query as Record<string, unknown>).catch(
      asUndefined,
    )
    return shown === undefined ? ended(request, reply) : page(request, reply, shown)
  })

  app.post<Route>('/site/s/:token', async (request, reply) => {
    const { token } = request.params
    const open = await openShare(deps, token).catch(asUndefined)
    if (open === undefined) return ended(request, reply)
    const { password } = await readBody(request.raw, api.bodyLimits)
    if (typeof password !== 'string' || password.length > 200) return askPassword(request, reply, 'Type the password.')
    try {
      const proof = await api.sharePasswords.enter(open.share, password)
      const secure = originOf(api, request).startsWith('https:') ? '; Secure' : ''
      const cookie = `${cookieName}=${proof}; Path=${pathOf(token)}; HttpOnly; SameSite=Lax${secure}`
      return reply
        .headers({ 'set-cookie': cookie, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
        .redirect(pathOf(token), 303)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      if (error.code === 'wrong_password') return askPassword(request, reply, error.message)
      if (error.code !== 'rate_limited') throw error
      const seconds = Math.max(1, Math.ceil(((error.retryAt ?? 0) - deps.clock.now()) / 1000))
      reply.header('retry-after', seconds)
      return askPassword(request, reply, `Too many wrong passwords. Try again in ${seconds} s.`, 429)
    }
  })

  /** The first step of section 6, for visitors of a share. */
  app.get<Route>('/site/s/:token/file/:id/:variant', async (request, reply) => {
    const { token, id = '', variant = '' } = request.params
    const open = await openShare(deps, token)
    if (!mayEnter(request, open)) throw new DomainError('forbidden', 'This share has a password; open its page first.')
    if (!(await isShared(deps, open, id, variant))) throw unknown('file')
    const file = await findMedia(deps, open.caller, id, variant)
    const location = `${originOf(api, request)}${await signed(deps, file, { id, variant, ref: open.share.id })}`
    return reply.code(302).headers({ location, 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex' }).send()
  })

  app.get<Route>('/site/embed/:token', async (request, reply) => {
    const { token } = request.params
    const open = await openShare(deps, token).catch(asUndefined)
    if (open === undefined) return ended(request, reply, [])
    const { share } = open
    const parts =
      share.passwordHash === null
        ? await embedBody(deps, open, pathOf(token))
        : { title: 'Password', body: messageView('This share has a password', 'Open it at its own address.') }
    if (share.installation !== null) reply.header('refresh', refreshSeconds)
    return page(request, reply, { ...parts, framedBy: share.allowedOrigins })
  })

  app.get<Route>('/site/embed/:token/latest.jpg', async (request, reply) => {
    const open = await openShare(deps, request.params.token)
    if (open.share.passwordHash !== null) {
      throw new DomainError('forbidden', 'This share has a password, so its pictures are shown on its page only.')
    }
    reply.header('x-robots-tag', 'noindex')
    const signal = signalOf(reply)
    const content = await latestPicture(api, open, signal)
    const cacheControl = `public, max-age=${latestSeconds}`
    return sendMedia({ request, reply, blobs: deps.blobs, signal, filename: 'latest.jpg', cacheControl }, content)
  })

  function page(request: FastifyRequest, reply: FastifyReply, { title, body, status, framedBy, form }: Parts) {
    const { token } = request.params as { token: string }
    const own = api.publicOrigin === undefined ? [] : [new URL(api.publicOrigin).host]
    const paths = [`${pathOf(token)}/file/`, '/site/media/']
    return sendPage(reply, {
      title,
      description: 'Photos shared with you.',
      body: framedBy === undefined ? framedShare(files.logo, body) : body,
      styles: [files.style],
      scripts: [],
      icon: files.logo,
      noindex: true,
      files: { image: paths, media: paths, form: form ?? [pathOf(token)] },
      hosts: [request.host, ...own],
      ...(status === undefined ? {} : { status }),
      ...(framedBy === undefined ? {} : { framedBy: framedBy.length === 0 ? ["'none'"] : framedBy }),
    })
  }

  function askPassword(request: Request, reply: FastifyReply, said?: string, status = said === undefined ? 200 : 403) {
    const body = passwordView(pathOf(request.params.token), said)
    return page(request, reply, { title: 'Password: shared photos', body, status })
  }

  function ended(request: FastifyRequest, reply: FastifyReply, framedBy?: string[]) {
    const body = messageView(
      'Nothing is shared here',
      'The link has ended, or it is not complete. Ask who sent it to you.',
    )
    return page(request, reply, { title: 'Nothing is shared here', body, status: 404, ...(framedBy && { framedBy }) })
  }
}

interface Parts {
  title: string
  body: Html
  status?: number
  framedBy?: string[]
  form?: string[]
}

/** @throws DomainError not_found: there is none */
async function latestPicture({ deps }: SitesApi, open: OpenShare, signal: AbortSignal) {
  const { share, caller } = open
  if (share.timelapse !== null) {
    return (await findMedia(deps, caller, share.timelapse, 'poster')).open({ signal })
  }
  const photo = await latestShared(deps, open)
  const place = photo && (await deps.store.read.installations.find(caller.project.id, photo.installation))
  if (photo === undefined || place === undefined) throw unknown('photo')
  const variant = largest(visibleVariants(open, photo, place.watermark !== null))
  return openVariant(deps, photo, place, variant, { signal })
}

function cookieOf({ headers }: FastifyRequest): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=')
    if (name === cookieName && value !== undefined && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}

/** What is not shown has a page that says so. */
function asUndefined(error: unknown): undefined {
  if (error instanceof DomainError && (error.code === 'not_found' || error.code === 'forbidden')) return undefined
  throw error
}
