/** The docs page of the Sites API, in reading order; the facts in its tables stand in sites-facts.ts. */
import type { FirstKeys } from '../../core/welcome/welcome.ts'
import { type Html, html } from '../../http/page/html.ts'
import { type ApiDocs, contents, retryRule } from './docs.ts'
import { codeBlock, prose, table } from './frame.ts'
import { siteKeyPlaceholder, sitesCurlSteps, sitesNodeSample } from './samples-sites.ts'
import { errors, headers, variants } from './sites-facts.ts'

const chapters = [
  ['about', 'What it is'],
  ['first', 'First calls'],
  ['keys', 'API keys'],
  ['files', 'Photo URLs'],
  ['versions', 'Versions'],
  ['limits', 'Limits'],
  ['calls', 'All calls'],
  ['errors', 'Errors'],
  ['retry', 'When to retry'],
  ['try', 'Try every call'],
] as const

/** What the samples are shown with: the first user's key where this browser may see it. */
export const shownSiteKey = (keys: FirstKeys | undefined) => keys?.account?.siteKey ?? siteKeyPlaceholder

export function sitesDocs({ server, samplePhoto, openapi, calls, keys }: ApiDocs): Html {
  const key = shownSiteKey(keys)
  return html`<p class="crumb"><a href="/docs">Docs</a> / Sites API</p>
<h1>Sites API</h1>
<div class="with-toc">
${contents(chapters)}
<div>
<p class="lead" id="about">Photos of places over the years: cameras send them, any day comes out at once, films are made of them. The
documented conventions of photoSentinel’s API (keys, limits, versions, photo URLs), on your own server.</p>
<p>An <strong>installation</strong> is a viewpoint at a site; its photos are kept for as long as you like, by the days and hours of
its own time zone. Rights are given by user and installation. What differs from the hosted service, and why, is in
<code>docs/compatibility.md</code> of the package.</p>

<h2 id="first">First calls</h2>
<p>Paste these one after the other into one shell.${key === siteKeyPlaceholder && html` <a href="/site/account">Your account</a> has the key; the operator makes accounts with <code>imagestead users create NAME --password-stdin --site-access manage</code>.`}</p>
<ol class="steps">${sitesCurlSteps(server, key, samplePhoto).map(
    ({ title, text, code }) => html`<li><h3>${title}</h3><p>${text}</p>${codeBlock(title, code)}</li>\n`,
  )}</ol>
<p>From a program, with the retries it should make (<code>node send.mjs photo.jpg</code>):</p>
${codeBlock('Node client', sitesNodeSample(server, key))}

<h2 id="keys">API keys</h2>
<p>A key names you in every request: <code>Authorization: apiKey</code>, a space, and the key. Guard it like name and password. You
make, look at, disable and delete your keys under <a href="/site/account">your account</a>, up to 20 at a time: make a new one and
delete the old one from time to time. What you change there counts with the next request. A camera has a key of its own, which sends
photos and diagnostics of that camera and does nothing else.</p>

<h2 id="files">Photo URLs</h2>
<p>Every member whose name ends in <code>_url</code> needs the key as well, and redirects to a signed link that anybody may open for five
minutes: let your client follow redirects (<code>curl -L</code>). Resending the header to the link does no harm. One photo is one
call.</p>
${table(
  ['Member', 'Pixels', 'Format'],
  variants.map(([name, pixels, format]) => [html`<code>${name}</code>`, pixels, format]),
)}

<h2 id="versions">Versions</h2>
<p>Every function has versions of its own: <code>/site/v2/photos</code> may stand beside <code>/site/v1/installations</code>. New members
may come at any time, so ignore those you do not know; when one changes or goes, the function gets a new version, and every answer of
the old one says in <code>X-Supported-Until</code> how long it works, as a rule for six months. <code>GET /site/v1/versions</code> lists
them all.</p>

<h2 id="limits">Limits</h2>
<p>100 calls in a clock minute and 50,000 in a calendar month (UTC), for each user, over all the user’s keys; fetching a photo is a call.
Answers of 401, 429 and 5xx do not count. <code>GET /site/v1/usage</code> tells what was called on which day.</p>
${table(
  ['Header', 'Meaning'],
  headers.map(([name, text]) => [html`<code>${name}</code>`, prose(text)]),
)}

<h2 id="calls">All calls</h2>
${table(
  ['Call', 'What it does'],
  calls.map(({ call, summary }) => [html`<code>${call}</code>`, summary]),
)}

<h2 id="errors">Errors</h2>
<p>Every JSON answer has <code>ok</code>. A refusal has <code>error</code> with a code for programs and a message for people.</p>
${codeBlock(
  'An error',
  `{ "ok": false, "error": { "code": "invalid_request", "field": "limit",
  "message": "limit must be a whole number from 1 to 500.",
  "request_id": "0f6d1c2b3a4958677685a4b3c2d1e0ff" } }`,
)}
${table(
  ['Status', 'Code', 'When', 'What to do'],
  errors.map(([status, code, when, what]) => [status, html`<code>${code}</code>`, prose(when), prose(what)]),
)}

<h2 id="retry">When to retry</h2>
<p>${retryRule} After 429 <code>Retry-After</code> is a date-time, after 503 seconds. Sending a photo may be repeated freely: the same
bytes of the same camera are kept once, and the answer says <code>duplicate</code>. Give other calls that make something an
<code>Idempotency-Key</code>, or look at the list first.</p>

<h2 id="try">Try every call</h2>
<p>On <a href="/site/">the interactive page</a>: open the lock, type <code>apiKey</code> and your key behind it, Authorize, and try.
It works without internet. The document behind it: <a href="${openapi}">openapi.json</a>. More on keys, versions, limits and
photo URLs is in <a href="/site/api_documentation.html">the usage notes</a>.</p>
</div></div>`
}
