/** The docs page of the Library API, in reading order; the facts in its tables stand in library-facts.ts. */
import { type Html, html } from '../../http/page/html.ts'
import { type ApiDocs, contents, interactivePart, retryRule } from './docs.ts'
import { codeBlock, prose, table } from './frame.ts'
import { errors, searchFields, uploadFields } from './library-facts.ts'
import { placeholders } from './samples.ts'
import { libraryBrowserShim, libraryCurlSteps, libraryNode6Sample, libraryNodeSample } from './samples-library.ts'

const chapters = [
  ['about', 'What it is'],
  ['first', 'First calls'],
  ['clients', 'Client libraries'],
  ['keys', 'Keys'],
  ['upload', 'Uploads'],
  ['calls', 'All calls'],
  ['search', 'Search'],
  ['webhooks', 'Webhooks'],
  ['errors', 'Errors'],
  ['retry', 'When to retry'],
  ['limits', 'Limits'],
  ['try', 'Try it'],
] as const

export function libraryDocs(docs: ApiDocs): Html {
  const { server, samplePhoto, calls, keys } = docs
  const shown = keys ?? placeholders
  return html`<p class="crumb"><a href="/docs">Docs</a> / Library API</p>
<h1>Library API</h1>
<div class="with-toc">
${contents(chapters)}
<div>
<p class="lead" id="about">Keep images and other files in folders, with versions, tags and fields of your own, and find them
again: the upload and media management API of ImageKit, on your own server.</p>
<p>A file has an id for life, a path in the tree of folders, and up to 100 versions of which one is current. Everything belongs
to one project; what another project has is unknown here. What differs from the hosted service, and why, is in
<code>docs/compatibility.md</code> of the package.</p>

<h2 id="first">First calls</h2>
<p>Paste these one after the other into one shell.</p>
<ol class="steps">${libraryCurlSteps(server, shown, samplePhoto).map(
    ({ title, text, code }) => html`<li><h3>${title}</h3><p>${text}</p>${codeBlock(title, code)}</li>\n`,
  )}</ol>

<h2 id="clients">Client libraries</h2>
<p>The current Node client takes your server as its base address:</p>
${codeBlock('Node client', libraryNodeSample(server, shown))}
<p>Version 6 has the hosts built in. A few lines redirect them:</p>
${codeBlock('Node client, version 6', libraryNode6Sample(server, shown))}
<p>In a browser, <code>@imagekit/javascript</code> and <code>imagekit-javascript</code> take a request object for their uploads:</p>
${codeBlock('Browser clients', libraryBrowserShim(server))}

<h2 id="keys">Keys</h2>
<p>The private key is the user name of HTTP Basic; the password is ignored. A browser must never have it: there, an upload
carries <code>publicKey</code>, a <code>token</code> that is new each time, <code>expire</code> (seconds since 1970, less than an
hour ahead) and <code>signature</code>, the HMAC-SHA1 in hex over token and expire by the private key. Your own server makes
these three, by <code>getAuthenticationParameters</code> of the Node clients. Or it signs a JWT over all fields, for
<code>/api/v2/files/upload</code>.</p>
<p>A key may be restricted: nothing, reading, or reading and writing for each group of calls. <code>imagestead keys create</code> and
<code>keys roll --grace</code> make new ones.</p>

<h2 id="upload">Fields of an upload</h2>
<p>A form, <code>multipart/form-data</code>. The answer comes when the file is safe on disk.</p>
${table(
  ['Name', 'Default', 'Meaning'],
  uploadFields.map(([name, standard, text]) => [html`<code>${name}</code>`, prose(standard), linked(text)]),
)}

<h2 id="calls">All calls</h2>
<p>Bodies are JSON, also of a DELETE that has one. A call that creates something may carry an <code>Idempotency-Key</code>: repeated
within a day it is answered as the first time, and done once.</p>
${table(
  ['Call', 'What it does'],
  calls.map(({ call, summary }) => [html`<code>${call}</code>`, summary]),
)}

<h2 id="search">Search</h2>
<p><code>searchQuery</code> of <code>GET /v1/files</code>: comparisons joined by <code>AND</code> and <code>OR</code>, in brackets where needed,
such as <code>(size &lt; "1mb" AND width &gt; 500) OR tags IN ["sale", "banner"]</code>. A mistake is refused with its position.</p>
${table(
  ['Field', 'Operators', 'Meaning'],
  searchFields.map(([name, operators, text]) => [html`<code>${name}</code>`, prose(operators), prose(text)]),
)}

<h2 id="webhooks">Webhooks</h2>
<p>Files and versions that come, change or go can be told to an address of yours: <code>file.created</code>,
<code>file.updated</code>, <code>file.deleted</code>, <code>file-version.created</code>, <code>file-version.deleted</code>, and
<code>photo.created</code> for photos of the Sites API. Each delivery is signed twice: <code>x-ik-signature</code> for clients up to version 6, <code>webhook-signature</code> (Standard Webhooks) for newer
ones. <code>verifyWebhookEvent</code> and <code>webhooks.unwrap</code> check them. How deliveries are repeated is the same for every
API: <a href="/docs/tasks#webhooks">see there</a>.</p>

<h2 id="errors">Errors</h2>
<p>Every refusal is JSON, and <code>x-ik-requestId</code> finds the request in the log.</p>
${codeBlock(
  'An error',
  `{ "message": "A file with this name is there already.",
  "help": "See /docs for this API and its errors.",
  "reason": "FILE_ALREADY_EXISTS" }`,
)}
${table(
  ['Status', 'When', 'What to do'],
  errors.map(([status, when, what]) => [status, prose(when), prose(what)]),
)}

<h2 id="retry">When to retry</h2>
<p>${retryRule} The current Node client keeps this rule by itself; 423 waits for the job. Reading, changing and deleting may be repeated freely; an upload or another call that
creates needs the same <code>Idempotency-Key</code> in every try, or it may be done twice.</p>

<h2 id="limits">Limits</h2>
<ul>
<li>100 MiB per file, 120 megapixels per image, 100 versions of a file, 50 levels of folders.</li>
<li>100 reads a second and 2,400 a minute, 20 writes a second, 1,000 purges a month per project; uploads are not limited.
<code>X-RateLimit-Limit</code>, <code>-Reset</code> and <code>-Interval</code> (milliseconds) show the one nearest to spent.</li>
<li>1,000 entries in one list, 100 files in one deletion, 50 in one change of tags.</li>
</ul>
<p>Most of them are settings: see <code>docs/configuration.md</code>.</p>
</div></div>

${interactivePart(docs, {
  text: 'Give it your private key, or put it under Authorize as the user name.',
  label: 'Private key',
  field: 'private_key',
  button: 'Use this key',
  value: keys?.secretKey,
})}`
}

/** Prose with [text](#chapter) links. */
function linked(text: string): Html {
  const parts = text.split(/\[([^\]]+)\]\((#\w+)\)/)
  return html`${parts.map((part, place) => {
    if (place % 3 === 1) return html`<a href="${parts[place + 1]}">${part}</a>`
    return place % 3 === 2 ? undefined : prose(part)
  })}`
}
