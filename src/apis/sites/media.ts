/**
 * Files behind `*_url` members (section 6): the first step redirects who may have the file to a signed link, the second
 * gives the bytes to whoever has that.
 */
import { z } from 'zod'
import { unknown } from '../../core/sites/access.ts'
import { linkTo, openLink } from '../../core/sites/open-link.ts'
import { signalOf } from '../../http/signal.ts'
import { type Context, type Endpoint, endpoint, type Routes } from './endpoint.ts'
import { sendMedia } from './send-media.ts'

/** Of thumb and preview. */
export const formatQuery = z.strictObject({ format: z.enum(['webp', 'avif'], 'must be webp or avif').optional() })

/**
 * Answers with the redirect to the signed link, for endpoints with status 302.
 * @param id `ph_…`, `tl_…` and so on
 * @throws DomainError as findMedia
 */
export async function redirectToMedia(
  { api, caller, reply }: Pick<Context, 'api' | 'caller' | 'reply'>,
  id: string,
  variant: string,
  format?: 'webp' | 'avif',
): Promise<undefined> {
  const location = `${caller.origin}${await linkTo(api.deps, caller, id, variant, format)}`
  reply.code(302).headers({ location, 'cache-control': 'private, no-store' }).send()
}

export const mediaEndpoints: Endpoint[] = [
  endpoint({
    function: 'photos.file',
    version: 1,
    method: 'GET',
    path: '/photos/:id/file/:variant',
    summary: 'Redirects to the picture: thumb, preview, original or watermark',
    query: formatQuery,
    status: 302,
    answer: {},
    async run(context) {
      const { id = '', variant = '' } = context.path
      if (!id.startsWith('ph_')) throw unknown('photo')
      return redirectToMedia(context, id, variant, context.query.format)
    },
  }),
]

const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, X-Request-Id',
}

/** The signed link. What it carries of its own counts; an Authorization header, which clients send again, does not. */
export const mediaRoutes: Routes = (app, api) => {
  app.get('/site/media/:id/:variant/:rev/:filename', async (request, reply) => {
    reply.headers(corsHeaders)
    const signal = signalOf(reply)
    const { filename, expires, content } = await openLink(api.deps, request.raw.url ?? '', signal)
    const left = Math.max(0, expires - Math.floor(api.deps.clock.now() / 1000))
    const cacheControl = `private, max-age=${left}`
    return sendMedia({ request, reply, blobs: api.deps.blobs, signal, filename, cacheControl }, content)
  })
}
