/** The interactive page at /site, its document, and the usage notes (section 11). Calls of the page count like any others. */
import { readFileSync } from 'node:fs'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Json } from '../../http/openapi.ts'
import { sendPage } from '../../http/page/document.ts'
import { type Html, html } from '../../http/page/html.ts'
import { built } from '../../paths.ts'
import { originOf } from './auth.ts'
import type { Routes, SitesApi } from './endpoint.ts'
import { usageNotes } from './notes.ts'

const documentPath = '/site/openapi.json'

/** @param document the API's, as it is now */
export function docsRoutes(document: (api: SitesApi) => Json): Routes {
  return (app, api) => {
    const script = readFileSync(built('apis/sites/assets/try-sites.js'), 'utf8').trim()
    const text = kept((at: SitesApi) => JSON.stringify(document(at)))

    // A trailing slash is the same path.
    app.get('/site', (request, reply) => sendTry(api, { request, reply, script }))

    app.get(documentPath, (_request, reply) =>
      reply
        .headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
        .type('application/json; charset=utf-8')
        .send(text(api)),
    )

    app.get('/site/api_documentation.html', (request, reply) =>
      sendPage(reply, {
        title: 'Usage notes of the Sites API: Imagestead',
        description: 'Versions, authentication, limits and photo URLs of the Sites API.',
        body: api.look.framed(usageNotes(api, originOf(api, request))),
        styles: [api.look.style],
        scripts: [api.look.script],
        icon: api.look.logo,
      }),
    )
  }
}

/** Made anew when a version becomes deprecated. */
function kept(make: (api: SitesApi) => string): (api: SitesApi) => string {
  let last: { state: string; text: string } | undefined
  return (api) => {
    const now = api.deps.clock.now()
    const state = api.endings.map(({ deprecatedAt }) => now >= deprecatedAt).join()
    if (last?.state !== state) last = { state, text: make(api) }
    return last.text
  }
}

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  script: string
}

function sendTry(api: SitesApi, { request, reply, script }: Exchange): FastifyReply {
  const { look, publicOrigin } = api
  return sendPage(reply, {
    title: 'Sites API: calls to try',
    description: 'Every call of the Sites API, to try with your own key.',
    body: look.framed(tryPage()),
    styles: [look.style],
    scripts: [look.script, script],
    icon: look.logo,
    files: { script: [look.swagger.script], style: [look.swagger.style], connect: ['/site/'] },
    hosts: publicOrigin === undefined ? [request.host] : [request.host, new URL(publicOrigin).host],
  })
}

function tryPage(): Html {
  return html`<p class="crumb"><a href="/docs">Docs</a> / Sites API</p>
<h1>Sites API</h1>
<p class="lead">Open <strong>Authorize</strong>, type <code>apiKey</code>, a space and your API key into the box, and authorise:
every call below then carries it. Keys are made on the page of <a href="/site/account">your account</a>.</p>
<p>How versions, keys, limits and photo URLs work: <a href="/site/api_documentation.html">usage notes</a>. The document behind
this page: <a href="${documentPath}">openapi.json</a>. What you try here counts like any other call.</p>
<div id="swagger" data-document="${documentPath}"><p>The interactive part needs JavaScript. If this line stays, the server was reached
under a name it does not know: set <code>IMAGESTEAD_PUBLIC_URL</code>.</p></div>`
}
