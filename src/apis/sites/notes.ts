/** The usage notes: what holds for every call (section 11). */
import { formatInstant } from '../../core/sites/zones.ts'
import { type Html, html } from '../../http/page/html.ts'
import type { SitesApi } from './endpoint.ts'
import { endingOf } from './versions.ts'

const chapters = [
  ['first', 'A first call'],
  ['keys', 'Authentication'],
  ['answers', 'Answers'],
  ['errors', 'Errors'],
  ['limits', 'Limits'],
  ['versions', 'Versions'],
  ['photos', 'Photo URLs'],
  ['retry', 'When to retry'],
] as const

/** @param origin under which the reader came */
export function usageNotes(api: SitesApi, origin: string): Html {
  const { contents } = api.look
  return html`<p class="crumb"><a href="/docs">Docs</a> / <a href="/site/">Sites API</a> / Usage notes</p>
<h1>Usage notes</h1>
<div class="with-toc">
${contents(chapters)}
<div>
<p class="lead">What holds for every call of the Sites API. The calls themselves, to read and to try: <a href="/site/">the
interactive page</a>.</p>
${firstCall(api, origin)}
${answers(api)}
${limits(api)}
${versions(api, origin)}
${photoUrls(api, origin)}
<h2 id="retry">When to retry</h2>
<p>After 429 at the time that <code>Retry-After</code> says. After 500, 503 and broken connections: wait a random time between 0 and
min(8 s, 0.5 s × 2<sup>n</sup>), at least as long as <code>Retry-After</code> says, and give up after some tries. Every other 4xx needs
a changed request first. A photo may be sent again after a lost answer: the same bytes of the same camera are stored once.</p>
</div></div>`
}

function firstCall({ look: { codeBlock } }: SitesApi, origin: string): Html {
  return html`<h2 id="first">A first call</h2>
<p>Make a key on the page of <a href="/site/account">your account</a>, then:</p>
${codeBlock('The installations you may see', `curl '${origin}/site/v1/installations' \\\n  -H 'Authorization: apiKey YOUR_API_KEY'`)}

<h2 id="keys">Authentication</h2>
<p>Every call names its key: <code>Authorization: apiKey {api_key}</code>. The key belongs to a user and stands for that user; guard it
like name and password. You may have several, switch one off and on again, and delete it. Change keys on a schedule: make a new one,
move your programs to it, delete the old one.</p>
<p>Whoever operates this server can make keys too: <code>imagestead keys create --kind site --user NAME</code>.</p>`
}

function answers({ look: { codeBlock, table, prose } }: SitesApi): Html {
  return html`<h2 id="answers">Answers</h2>
<p>JSON in and out, names in snake_case. Every answer has <code>ok</code>; members may be added at any time, so ignore those you do not
know. Times are RFC 3339 in UTC, in members that end in <code>_at</code>; local ones end in <code>_at_local</code>. A parameter that a
call does not know is an error. Every answer carries <code>X-Request-Id</code>; the server’s log has the same id.</p>

<h2 id="errors">Errors</h2>
${codeBlock('An error', `{ "ok": false,\n  "error": { "code": "invalid_request", "message": "limit must be a whole number from 1 to 500.",\n             "field": "limit", "request_id": "0f6d1c2b3a4958677685a4b3c2d1e0ff" } }`)}
${table(
  ['Status', 'Code', 'When'],
  errorRows.map(([status, code, when]) => [status, html`<code>${code}</code>`, prose(when)]),
)}`
}

const errorRows = [
  ['400', 'invalid_request', 'A parameter is wrong or unknown, or the body is no JSON; `field` names it.'],
  ['401', 'unauthorized', 'No key, another scheme, or a key that is unknown, disabled or deleted.'],
  ['403', 'forbidden', 'You may see the thing but not do this.'],
  ['404', 'not_found', 'There is no such path or thing, or you may not see it.'],
  ['405', 'method_not_allowed', 'The path takes other methods: `Allow` names them.'],
  ['409', 'conflict', 'The state of the thing does not allow it.'],
  ['410', 'version_ended', 'This version of the function has ended; of photo links `link_expired`.'],
  ['413', 'payload_too_large', 'Too many bytes, or too many pixels.'],
  ['415', 'unsupported_media_type', 'No JSON, or no picture of a kind that is read here.'],
  ['422', 'unprocessable_photo', 'The picture is damaged.'],
  ['429', 'rate_limit', 'Your own limit: `Retry-After` says when calls go on.'],
  ['500', 'server_error', 'A fault of the server.'],
  ['503', 'unavailable', 'Stopping, too busy, or its database does not answer; `Retry-After` says when to come back.'],
] as const

function limits({ look: { codeBlock, table, prose }, calls, limited }: SitesApi): Html {
  const times = (count: number) => (count === 0 ? 'no limit' : `${count.toLocaleString('en')} calls`)
  return html`<h2 id="limits">Limits</h2>
<p>Per user, over all of the user’s keys: ${times(calls.minute)} in a clock minute and ${times(calls.month)} in a calendar month,
both in UTC, unless the operator set others for you.${!limited && ' This server has its limits switched off.'} A call over one of them is
answered 429, and <code>Retry-After</code> holds the date and time of the next call that can succeed:</p>
${codeBlock('Over the limit', `HTTP/1.1 429 Too Many Requests\nRetry-After: Tue, 01 Jun 2021 00:00:00 GMT\n\n{ "ok": false,\n  "error": { "code": "rate_limit",\n             "message": "API rate limit exceeded. Please try again after Tue, 01 Jun 2021 00:00:00 GMT." } }`)}
<p>Counted is every call with a good key, fetching a photo URL included. Not counted are answers 401, 429 and 5xx, these pages, and
following the signed link of a photo. Without a good key an address gets ${times(calls.address)} in a minute.</p>
${table(
  ['Header', 'Meaning'],
  [
    ['X-RateLimit-Limit-Minute', 'Your calls in a clock minute'],
    ['X-RateLimit-Remaining-Minute', 'Those that are left of this one'],
    ['X-RateLimit-Limit-Month', 'Your calls in a calendar month'],
    ['X-RateLimit-Remaining-Month', 'Those that are left of this one'],
  ].map(([name = '', text = '']) => [html`<code>${name}</code>`, text]),
)}
<p>${prose('`GET /site/v1/usage` gives your calls by day and function.')}</p>`
}

function versions(api: SitesApi, origin: string): Html {
  const { codeBlock, table, prose } = api.look
  const ending = api.endings.filter((one) => endingOf(api, one) !== undefined)
  return html`<h2 id="versions">Versions</h2>
<p>The version is part of the path, and each function has its own: <code>v2/photos</code> may stand beside
<code>v1/installations</code>. Members that are added do not raise it; one that is changed or removed does. The older version goes on
for six months, and each of its answers says until when:</p>
${codeBlock('Headers of a deprecated version', `X-Supported-Until: 2027-02-28T00:00:00Z\nDeprecation: @1787961600\nSunset: Sun, 28 Feb 2027 00:00:00 GMT\nLink: </site/v2/photos>; rel="successor-version"`)}
<p>Watch for that header: after its date the version answers 410 without further notice.</p>
${
  ending.length > 0 &&
  table(
    ['Function', 'Version', 'Supported until', 'Use instead'],
    ending.map((one) => [
      html`<code>${one.function}</code>`,
      String(one.version),
      formatInstant(one.supportedUntil),
      one.successor === undefined ? 'nothing' : html`<code>${one.successor}</code>`,
    ]),
  )
}
<p>${prose('`GET /site/v1/versions` lists every function with its versions and dates.')} <a href="${origin}/site/">The interactive
page</a> marks those that end.</p>`
}

function photoUrls({ look: { codeBlock, table } }: SitesApi, origin: string): Html {
  return html`<h2 id="photos">Photo URLs</h2>
<p>Every <code>…_url</code> of an answer needs your key and redirects to a link that is good for a few minutes. Follow it:</p>
${codeBlock('Download a photo', `curl -L '${origin}/site/v1/photos/PHOTO_ID/file/preview' \\\n  -H 'Authorization: apiKey YOUR_API_KEY' -o photo.jpg`)}
<p>The URL itself stays the same as long as the photo is there and holds no secret: keep it, share it with whoever has a key. The link
it leads to works without a key until it expires, so do not keep that one. One photo is one call.</p>
${table(
  ['Member', 'Picture'],
  [
    ['thumb_url', 'Fits 320 × 320, JPEG'],
    ['preview_url', 'Fits 1280 × 1280, JPEG'],
    ['original_url', 'The bytes as they were received'],
    ['watermark_url', 'Fits 1920 × 1920, with the overlay of the installation; null where it has none'],
  ].map(([name = '', text = '']) => [html`<code>${name}</code>`, text]),
)}`
}
