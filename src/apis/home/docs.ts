/** The index of the docs: one entry per API, those to come included. */
import { type Html, html } from '../../http/page/html.ts'
import { apis } from './frame.ts'

export function docsIndex(): Html {
  return html`<h1>Docs</h1>
<p class="lead">One page per API: what it is, first calls, errors, and an interactive part that works without internet.</p>
<ul class="cards">
${apis.map((api) =>
  'path' in api
    ? html`<li class="card"><h3><a href="${api.path}">${api.name}</a> <span class="badge on">Runs now</span></h3><p>${api.text}</p>
<p class="more">Speaks ${api.speaks} · <a href="${api.path}/openapi.json">OpenAPI 3.1</a></p></li>\n`
    : html`<li class="card later"><h3>${api.name} <span class="badge">Coming</span></h3><p>${api.text}</p>
<p class="more">Will speak ${api.speaks}</p></li>\n`,
)}</ul>
<h2>For every API</h2>
<ul>
<li>Every answer carries <code>X-Request-Id</code>; the server's log has the same id.</li>
<li>Health: <a href="/livez"><code>/livez</code></a> (the process runs), <a href="/readyz"><code>/readyz</code></a> (it can do
its work); metrics for Prometheus: <a href="/metrics"><code>/metrics</code></a>.</li>
<li>503 with <code>Retry-After</code> means the server is busy; 429 only ever means your own rate limit.</li>
</ul>`
}
