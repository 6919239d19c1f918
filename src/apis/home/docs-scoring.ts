/** The docs page of the Scoring API, in reading order; the facts in its tables stand in scoring-facts.ts. */
import type { FirstKeys } from '../../core/welcome/welcome.ts'
import { type Html, html } from '../../http/page/html.ts'
import { type ApiDocs, contents, downloads, retryRule } from './docs.ts'
import { codeBlock, prose, table } from './frame.ts'
import { accountPlaceholders, type SampleAccount, scoringCurlSteps, scoringNodeSample } from './samples-scoring.ts'
import { errors, extensions, headers, labelRows } from './scoring-facts.ts'

const chapters = [
  ['about', 'What it is'],
  ['photo', 'Try a photo'],
  ['first', 'First calls'],
  ['keys', 'Two credentials'],
  ['images', 'Images'],
  ['scores', 'Scores'],
  ['labels', 'Labels'],
  ['sorting', 'Sorting'],
  ['ours', 'Version 2.1'],
  ['calls', 'All calls'],
  ['errors', 'Errors'],
  ['retry', 'When to retry'],
  ['limits', 'Limits'],
  ['try', 'Try every call'],
] as const

/** What the samples are shown with: the first user's name, and the password where this browser may see it. */
export function shownAccount(keys: FirstKeys | undefined): SampleAccount {
  const { username, password } = keys?.account ?? {}
  return {
    username: username ?? accountPlaceholders.username,
    password: password ?? accountPlaceholders.password,
  }
}

export function scoringDocs(docs: ApiDocs): Html {
  const { server, samplePhoto, calls, keys } = docs
  const shown = shownAccount(keys)
  return html`<p class="crumb"><a href="/docs">Docs</a> / Scoring API</p>
<h1>Scoring API</h1>
<div class="with-toc">
${contents(chapters)}
<div>
<p class="lead" id="about">A score from 0 to 10 and a label for every photo of a home, and the order to show them in: the API of
PhotoILike, on your own server.</p>
<p>Photos are decoded and looked at in processes of this machine; nothing leaves it. Without an aesthetic model the score is a
technical one (sharpness, light, noise, tilt, resolution): it tells good shots from bad ones, not which of two good ones sells
better. What differs from the hosted service, and why, is in <code>docs/compatibility.md</code> of the package.</p>

${photoForm(docs)}

<h2 id="first">First calls</h2>
<p>Paste these one after the other into one shell.${keys?.account === undefined && html` The operator makes accounts with <code>imagestead users create NAME --password-stdin</code>.`}</p>
<ol class="steps">${scoringCurlSteps(server, shown, samplePhoto).map(
    ({ title, text, code }) => html`<li><h3>${title}</h3><p>${text}</p>${codeBlock(title, code)}</li>\n`,
  )}</ol>
<p>From a program, with the retries it should make:</p>
${codeBlock('Node client', scoringNodeSample(server, shown))}

<h2 id="keys">Two credentials</h2>
<p>The <strong>session token</strong> says who integrates: name and password buy it, it lasts 24 hours, and many may be alive at once.
It stands in the header, <code>Authorization: Bearer …</code>. The <strong>client-key</strong> says for which end user: it stands in the
body as <code>client-key</code>, whole, with its 358 characters. Keys are made 20 at a time, can be switched off and on, and are stored
as a hash only.</p>

<h2 id="images">Images</h2>
<p>Exactly one per request: <code>image-url</code>, or <code>image-base64</code> with <code>ext</code> (png, jpg, jpeg, webp, heic, avif).
The bytes decide the format, whatever <code>ext</code> says. Base64 may use either alphabet, stand in lines or begin with
<code>data:image/…;base64,</code>. A URL is fetched with GET within 5 seconds, over at most 3 redirects; its server must send
<code>Content-Length</code>, and private addresses are refused. URLs of this server’s own images are read without a request.</p>

<h2 id="scores">Scores</h2>
<p>The same bytes give the same score as long as <code>X-Model-Version</code> is the same.</p>
${table(
  ['Header', 'Meaning'],
  headers.map(([name, text]) => [html`<code>${name}</code>`, prose(text)]),
)}

<h2 id="labels">Labels</h2>
<p>The answer has all 23, the likeliest first. Below a certainty of 0.25 <code>label</code> is <code>unknown</code>, while
<code>labels</code> stays as computed.</p>
${table(
  ['Id', 'Label', 'Covers'],
  labelRows.map(([id, label, text]) => [id, html`<code>${label}</code>`, text]),
)}

<h2 id="sorting">Sorting</h2>
<p>No image is read: labels and scores may be of any origin. Labels in <code>preferences</code> come first, by position; the others
follow by their best score. The top shows the best image of each of the first <code>top.amount</code> labels (3) that are not in
<code>top.blacklist</code>; then everything else follows, label by label. Equal scores keep their order.</p>

<h2 id="ours">Version 2.1</h2>
<p>Everything of 2.0 works under <code>/v2.1</code> too, with more:</p>
${table(
  ['Where', 'What it adds'],
  extensions.map(([name, text]) => [html`<code>${name}</code>`, prose(text)]),
)}

<h2 id="calls">All calls</h2>
${table(
  ['Call', 'What it does'],
  calls.map(({ call, summary }) => [html`<code>${call}</code>`, summary]),
)}

<h2 id="errors">Errors</h2>
<p>Every refusal is a problem document; <code>code</code> says which kind, and <code>id</code> finds the request in the log.</p>
${codeBlock(
  'An error',
  `{ "type": "about:blank", "title": "Bad Request", "status": 400,
  "detail": "The body must have exactly one of image-url and image-base64.",
  "message": "error.http.400", "code": "image_source_ambiguous",
  "path": "/v2.0/score", "id": "0f6d1c2b3a4958677685a4b3c2d1e0ff" }`,
)}
${table(
  ['Status', 'When', 'What to do'],
  errors.map(([status, when, what]) => [status, prose(when), prose(what)]),
)}

<h2 id="retry">When to retry</h2>
<p>${retryRule} Every call may be repeated freely, but for making client-keys: look at the list first.</p>

<h2 id="limits">Limits</h2>
<ul>
<li>5 scores and 5 labels a second and client-key, 10 sorts, 5 calls about client-keys for each account; in any second, over all
nodes. A client that sends five at once again and again fits when the operator lets requests wait
(<code>IMAGESTEAD_SCORING_RATE_MAX_WAIT_MS</code>).</li>
<li>20 MiB per body and image, 120 megapixels, at least 16 pixels a side.</li>
<li>20 clients in one call, 1,000 items to sort, 50 images in a batch.</li>
</ul>
<p>Most of them are settings: see <code>docs/configuration.md</code>.</p>
</div></div>

${everyCall(docs)}`
}

function photoForm({ samplePhoto, keys }: ApiDocs): Html {
  const { username, password, clientKey } = keys?.account ?? {}
  return html`<section id="photo" aria-labelledby="photo-title">
<h2 id="photo-title">Try a photo</h2>
<p>A photo of yours, or the sample when none is chosen. It goes to this server and nowhere else.${keys?.account !== undefined && html` The fields hold what the welcome link made for you.`}</p>
<form class="row" id="photo-form" data-sample="${samplePhoto}">
<label>User<input name="username" required autocomplete="username" spellcheck="false" value="${username}"></label>
<label>Password<input name="password" type="password" required autocomplete="current-password" value="${password}"></label>
<label>Client-key (empty: a new one)<input name="key" autocomplete="off" spellcheck="false" value="${clientKey}"></label>
<label>Photo<input name="photo" type="file" accept=".png,.jpg,.jpeg,.webp,.heic,.avif"></label>
<button class="button">Score and label it</button>
</form>
<output id="photo-said" for="photo-form" aria-live="polite"></output>
<div id="photo-shown"></div>
</section>`
}

function everyCall(docs: ApiDocs): Html {
  const { openapi, keys } = docs
  const { username, password } = keys?.account ?? {}
  return html`<section id="try" aria-labelledby="try-title">
<h2 id="try-title">Try every call</h2>
<p>Sign in here, or put a token under Authorize. The document behind it: <a href="${openapi}">openapi.json</a>.</p>
${downloads(docs)}
<form class="row" id="key-form">
<label>User<input name="username" required autocomplete="username" spellcheck="false" value="${username}"></label>
<label>Password<input name="password" type="password" required autocomplete="current-password" value="${password}"></label>
<button class="button">Sign in</button>
</form>
<output id="key-said" for="key-form" aria-live="polite"></output>
<div id="swagger" data-document="${openapi}"><p>The interactive part needs JavaScript. If this line stays, the server was reached
under a name it does not know: set <code>IMAGESTEAD_PUBLIC_URL</code>.</p></div>
</section>`
}
