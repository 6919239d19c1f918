/** The landing page: what this is, what runs, and the first calls; and the page of a welcome link that opens nothing. */
import type { FirstAccount } from '../../core/welcome/account.ts'
import type { FirstKeys, WelcomeRefusal } from '../../core/welcome/welcome.ts'
import { type Html, html } from '../../http/page/html.ts'
import { shownSiteKey } from './docs-sites.ts'
import { apis, codeBlock } from './frame.ts'
import { curlSteps, nodeClientSample, placeholders, type SampleStep } from './samples.ts'
import { sitesCurlSteps } from './samples-sites.ts'

interface Landing {
  /** Origin under which the reader came. */
  server: string
  samplePhoto: string
  /** Only for the browser of the welcome link. */
  keys: FirstKeys | undefined
}

export function landing({ server, samplePhoto, keys }: Landing): Html {
  const shown = keys ?? placeholders
  return html`<section class="hero">
<div>
<h1>Your image platform, on your own machines.</h1>
<p class="lead">One server and one library of images behind APIs that your programs already speak. Change the host and the
keys of a client you have; the photos stay in the house.</p>
<p class="actions"><a class="button" href="#first-calls">Try the first calls</a>
<a class="button quiet" href="/docs/tasks">Read the docs</a></p>
</div>
${picture}
</section>

<section aria-labelledby="runs">
<h2 id="runs">What this server does</h2>
<ul class="cards">
${apis.map(card)}<li class="card later"><h3>Console <span class="badge">Coming</span></h3>
<p>The web application for people: the library, batches of photos with before and after, keys and usage.</p>
<p class="more">For your browser</p></li>
</ul>
</section>

<section aria-labelledby="first-calls">
<h2 id="first-calls">First calls</h2>
<p>Five commands take one photo from start to download. They need nothing but <code>curl</code>; paste them one after the
other into the same shell.</p>
${keys === undefined ? withoutKeys : withKeys(keys)}
${steps(curlSteps(server, shown, samplePhoto))}

<h2 id="sites">Photos of a place over the years</h2>
<p>Four more make an installation, send it a photo, list a day and download a preview. Programs name you with an API key;
<a href="/site/account">your account</a> makes, shows and disables them.</p>
${steps(sitesCurlSteps(server, shownSiteKey(keys), samplePhoto))}

<h2 id="client">With the client you have</h2>
<p>A program written for the hosted service keeps its library. In this one the host is a constant, changed before the
library loads. Run it with the address of an image:
<code>node resize.mjs https://…/photo.jpg</code>.</p>
${codeBlock('Node client', nodeClientSample(server, shown))}
<p>The server refuses to fetch from private addresses; <code>IMAGESTEAD_FETCH_ALLOW</code> names those it may reach.
<a href="/docs/tasks">Tools, parameters, errors and an interactive page</a> are in the docs.</p>
</section>`
}

const steps = (all: readonly SampleStep[]) => html`<ol class="steps">
${all.map(({ title, text, code }) => html`<li><h3>${title}</h3><p>${text}</p>${codeBlock(title, code)}</li>\n`)}</ol>`

function card({ name, speaks, path, text }: (typeof apis)[number]): Html {
  return html`<li class="card"><h3>${name} <span class="badge on">Runs now</span></h3>
<p>${text}</p>
<p class="more"><a href="${path}">Docs</a> · speaks ${speaks}</p></li>
`
}

const withoutKeys = html`<div class="note">
<p><strong>The keys stand in for yours.</strong> The server prints a one-time link when it starts; the browser that opens it
sees this page with working keys for a day (if that was just now, reload). On the server,
<code>imagestead keys list --reveal</code> shows them any time.</p>
</div>`

function withKeys({ project, publicKey, secretKey, account }: FirstKeys): Html {
  return html`<div class="note">
<p><strong>Your first keys are in the commands.</strong> Only this browser sees them, for a day. Later,
<code>imagestead keys list --reveal</code> on the server shows them.</p>
<dl class="keys"><dt>Project</dt><dd><code>${project}</code></dd>
<dt>Public key</dt><dd><code>${publicKey}</code></dd>
<dt>Secret key</dt><dd><code>${secretKey}</code></dd></dl>
${account !== undefined && withAccount(account)}</div>`
}

/** What the Scoring API and the Sites API ask for; what cannot be shown (any more) has a way to make a new one. */
function withAccount({ username, password, clientKey, siteKey }: FirstAccount): Html {
  return html`<p>The Scoring API takes the account and a client-key instead, the Sites API a site key. They are shown here only, so keep
them.</p>
<dl class="keys"><dt>Username</dt><dd><code>${username}</code></dd>
<dt>Password</dt><dd>${password === undefined ? html`the one you set; <code>imagestead users set ${username} --password-stdin</code> sets another` : html`<code>${password}</code>`}</dd>
<dt>Client-key</dt><dd>${clientKey === undefined ? html`<code>imagestead keys create --kind client --user ${username} --label NAME --email ADDRESS</code> makes one` : html`<code>${clientKey}</code>`}</dd>
<dt>Site key</dt><dd>${siteKey === undefined ? html`<a href="/site/account">your account</a> makes and shows yours` : html`<code>${siteKey}</code>`}</dd></dl>
`
}

const reasons: Record<WelcomeRefusal, { title: string; text: string }> = {
  used: {
    title: 'This link has been used',
    text: 'A welcome link opens in one browser, once. It was opened in another one, or a newer start of the server has replaced it, or it was not copied whole.',
  },
  expired: { title: 'This link has expired', text: 'A welcome link is good for 24 hours after the server printed it.' },
  'foreign-host': {
    title: 'This address may not show keys',
    text: 'Keys are shown only when the server is reached on this machine (such as http://127.0.0.1) or by the address in IMAGESTEAD_PUBLIC_URL. Open the link there; it has not been used up.',
  },
}

export function refusedLink(refusal: WelcomeRefusal): { title: string; body: Html } {
  const { title, text } = reasons[refusal]
  const body = html`<section>
<h1>${title}</h1>
<p class="lead">${text}</p>
<p>Whoever may log in to the server can always see the keys there:</p>
${codeBlock('Command that shows the keys', 'imagestead keys list --reveal')}
<p>In a source checkout the command is <code>node bin/imagestead.js keys list --reveal</code>.</p>
<p class="actions"><a class="button" href="/">To the start page</a> <a class="button quiet" href="/docs">Docs</a></p>
</section>`
  return { title, body }
}

/** Programs on the left, the house with its one library on the right. */
const picture = html`<svg class="picture" viewBox="0 0 440 320" role="img" aria-label="Programs speak to one house that keeps one library of images">
<g fill="none" stroke="var(--line)" stroke-width="2"><path d="M112 66 C170 66 170 132 226 150"/><path d="M112 160 H222"/><path d="M112 254 C170 254 170 192 226 172"/></g>
<g fill="var(--surface)" stroke="var(--line)" stroke-width="1.5"><rect x="8" y="40" width="104" height="52" rx="10"/><rect x="8" y="134" width="104" height="52" rx="10"/><rect x="8" y="228" width="104" height="52" rx="10"/></g>
<g fill="var(--soft)"><rect x="24" y="58" width="46" height="5" rx="2.5"/><rect x="24" y="70" width="66" height="5" rx="2.5" opacity=".5"/><rect x="24" y="152" width="60" height="5" rx="2.5"/><rect x="24" y="164" width="40" height="5" rx="2.5" opacity=".5"/><rect x="24" y="246" width="38" height="5" rx="2.5"/><rect x="24" y="258" width="70" height="5" rx="2.5" opacity=".5"/></g>
<path d="M324 34 424 112 V268 a16 16 0 0 1 -16 16 H240 a16 16 0 0 1 -16 -16 V112 z" fill="var(--tint)" stroke="var(--accent)" stroke-width="2.5" stroke-linejoin="round"/>
<g>
<rect x="248" y="136" width="70" height="56" rx="8" fill="#3f8fb5"/><circle cx="300" cy="153" r="7" fill="#f3c969"/><path d="M248 186 l20 -20 14 12 12 -9 24 19 a8 8 0 0 1 -8 4 h-54 a8 8 0 0 1 -8 -6z" fill="#e9f3ef"/>
<rect x="330" y="136" width="70" height="56" rx="8" fill="#d98a5f"/><path d="M330 184 q18 -22 36 -8 t34 -6 v14 a8 8 0 0 1 -8 8 h-54 a8 8 0 0 1 -8 -8z" fill="#7a3f2b"/><circle cx="350" cy="154" r="8" fill="#fbe6c8"/>
<rect x="248" y="204" width="70" height="56" rx="8" fill="#0b6b57"/><path d="M262 252 v-18 l12 -10 12 10 v18z M290 252 v-26 h14 v26z" fill="#cfe8df"/>
<rect x="330" y="204" width="70" height="56" rx="8" fill="#4a5f8f"/><path d="M330 252 l24 -26 16 16 8 -8 22 20 a8 8 0 0 1 -8 6 h-54 a8 8 0 0 1 -8 -8z" fill="#c9d4ee"/><circle cx="386" cy="218" r="5" fill="#fff"/>
</g>
<circle cx="324" cy="92" r="11" fill="#f3c969"/>
</svg>`
