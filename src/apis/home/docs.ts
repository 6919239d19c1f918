/** The index of the docs, one entry per API; and what the pages of the APIs end with. */
import type { FirstKeys } from '../../core/welcome/welcome.ts'
import { type Html, html } from '../../http/page/html.ts'
import { apis } from './frame.ts'

/** What an API's page is made with. */
export interface ApiDocs {
  /** Origin under which the reader came. */
  server: string
  samplePhoto: string
  /** Paths of the files to download. */
  openapi: string
  collection: string
  environment: string
  /** Every call of the API's document, e.g. `GET /v1/info`, with what it does. */
  calls: readonly { call: string; summary: string }[]
  /** Only for the browser of the welcome link. */
  keys: FirstKeys | undefined
}

/** When to retry, for every API: what follows in a paragraph says what may be repeated. */
export const retryRule = html`Retry 5xx, 408, 429 and broken connections: wait a random time between 0 and
min(8 s, 0.5 s × 2<sup>n</sup>), at least as long as <code>Retry-After</code> says, and give up after some tries. Every other
4xx needs a changed request first.`

/** The list of chapters beside the text, or above it on a phone. */
export function contents(chapters: readonly (readonly [id: string, title: string])[]): Html {
  return html`<nav class="toc" aria-label="On this page"><div><ul>${chapters.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></div></nav>`
}

interface Interactive {
  /** What the form is for. */
  text: string
  label: string
  field: 'public_key' | 'private_key'
  button: string
  value: string | undefined
}

/** The files for Postman. */
export function downloads({
  collection,
  environment,
  keys,
}: Pick<ApiDocs, 'collection' | 'environment' | 'keys'>): Html {
  return html`<p>For Postman: <a href="${collection}" download="imagestead.postman_collection.json">the collection</a> and
<a href="${environment}" download="imagestead.postman_environment.json">its environment</a>, ${keys === undefined ? 'with placeholders: put your keys in.' : 'with the keys of your project inside.'}</p>`
}

/** The interactive part; the script of the pages (assets/try.js) brings it to life. */
export function interactivePart(docs: ApiDocs, form: Interactive): Html {
  const { openapi } = docs
  return html`<section id="try" aria-labelledby="try-title">
<h2 id="try-title">Try it</h2>
<p>${form.text} The document behind it: <a href="${openapi}">openapi.json</a>.</p>
${downloads(docs)}
<form class="row" id="key-form">
<label>${form.label}<input name="${form.field}" required autocomplete="off" spellcheck="false" value="${form.value}"></label>
<button class="button">${form.button}</button>
</form>
<output id="key-said" for="key-form" aria-live="polite"></output>
<div id="swagger" data-document="${openapi}"><p>The interactive part needs JavaScript. If this line stays, the server was reached
under a name it does not know: set <code>IMAGESTEAD_PUBLIC_URL</code>.</p></div>
</section>`
}

export function docsIndex(): Html {
  return html`<h1>Docs</h1>
<p class="lead">One page per API: what it is, first calls, errors, and an interactive part that works without internet.</p>
<ul class="cards">
${apis.map(
  ({
    name,
    speaks,
    path,
    text,
  }) => html`<li class="card"><h3><a href="${path}">${name}</a> <span class="badge on">Runs now</span></h3><p>${text}</p>
<p class="more">Speaks ${speaks} · <a href="${path}/openapi.json">OpenAPI 3.1</a></p></li>\n`,
)}</ul>
<h2>For every API</h2>
<ul>
<li>Every answer carries <code>X-Request-Id</code>; the server's log has the same id.</li>
<li>Health: <a href="/livez"><code>/livez</code></a> (the process runs), <a href="/readyz"><code>/readyz</code></a> (it can do
its work); metrics for Prometheus: <a href="/metrics"><code>/metrics</code></a>.</li>
<li>503 with <code>Retry-After</code> means the server is busy; 429 only ever means your own rate limit.</li>
</ul>`
}
