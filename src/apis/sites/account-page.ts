/**
 * The page `/site/account`: sign-in form, then the person's API keys. It asks the calls of account.ts; without scripts it
 * says so. There is no address to go on to after signing in, so none can be forged.
 */
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { sendPage } from '../../http/page/document.ts'
import { html, rawHtml } from '../../http/page/html.ts'
import { built } from '../../paths.ts'
import { originOf } from './auth.ts'
import type { SitesApi } from './endpoint.ts'

const asset = (name: string) => readFileSync(built(`apis/sites/assets/${name}`), 'utf8').trim()

export function accountPage(app: FastifyInstance, api: SitesApi): void {
  const files = { style: asset('account.css'), script: asset('account.js'), logo: asset('logo.svg') }
  app.get('/site/account', (request, reply) => {
    const own = api.publicOrigin === undefined ? [] : [new URL(api.publicOrigin).host]
    return sendPage(reply, {
      title: 'Your API keys: Imagestead',
      description: 'Sign in and manage the keys that your programs use for the Sites API.',
      body: body(files.logo, originOf(api, request)),
      styles: [files.style],
      scripts: [files.script],
      icon: files.logo,
      files: { connect: ['/site/account/'] },
      hosts: [request.host, ...own],
    })
  })
}

const body = (logo: string, origin: string) => html`<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
<a class="brand" href="/">${rawHtml(logo)}Imagestead</a>
<div class="who" id="who" hidden><span>Signed in as <strong id="username"></strong></span>
<button type="button" class="button quiet small" id="sign-out">Sign out</button></div>
</header>
<main id="content" data-origin="${origin}">
<p class="said" id="said" role="alert" hidden></p>
<p id="wait">One moment …</p>
<noscript><p class="said">This page needs JavaScript. Without it, the operator makes keys with
<code>imagestead keys create --kind site --user NAME</code>.</p></noscript>
${signInForm}
${keysPart}
</main>
${passwordDialog}
${deleteDialog}
<footer class="foot"><p>Sites API: <a href="/docs/sites">docs</a></p></footer>`

const signInForm = html`<section id="sign-in" aria-labelledby="sign-in-title" hidden>
<h1 id="sign-in-title">Sign in</h1>
<p class="lead">With the name and password of your account; then you see your API keys.</p>
<form class="card" id="sign-in-form">
<label>Username<input name="username" required maxlength="200" autocomplete="username" autocapitalize="none" spellcheck="false"></label>
<label>Password<input name="password" type="password" required maxlength="1000" autocomplete="current-password"></label>
<button class="button">Sign in</button>
</form>
<p class="hint">No account yet, or the password is lost? The operator of this server makes accounts and sets passwords
(<code>imagestead users</code>).</p>
</section>`

const keysPart = html`<section id="keys" aria-labelledby="keys-title" hidden>
<h1 id="keys-title">API keys</h1>
<p class="lead">Each of your programs names you with a key. Guard it like your name and password.</p>
<form class="row card" id="new-key">
<label>Name of the new key<input name="name" required maxlength="100" autocomplete="off" placeholder="e.g. Dashboard"></label>
<button class="button">Generate key</button>
</form>
<div class="fresh" id="fresh" role="group" aria-labelledby="fresh-title" tabindex="-1" hidden>
<h2 id="fresh-title">Your new key</h2>
<p id="fresh-text"></p>
<p class="secret"><code id="fresh-key"></code> <button type="button" class="button small" id="fresh-copy">Copy</button></p>
<p>A first call with it:</p>
<pre tabindex="0" aria-label="A first call"><code id="fresh-call"></code></pre>
<p><button type="button" class="button quiet small" id="fresh-done">Done</button></p>
</div>
<div class="empty" id="empty" hidden><h2>No keys yet</h2>
<p>Give the first one a name that says which program uses it, and generate it. Several keys at once are fine, up to 20: make a
new one and delete the old one from time to time.</p></div>
<ul class="list" id="list" aria-label="Your keys"></ul>
<p class="visually-hidden" id="done" role="status"></p>
</section>`

const passwordDialog = html`<dialog id="ask-password" aria-labelledby="ask-password-title">
<form method="dialog">
<h2 id="ask-password-title">Your password, please</h2>
<p>You signed in more than 10 minutes ago. A key is shown only to you.</p>
<input class="visually-hidden" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
<label>Password<input name="password" type="password" required maxlength="1000" autocomplete="current-password" autofocus></label>
<p class="said" role="alert" hidden></p>
<p class="actions last"><button class="button" value="ok">Show the key</button>
<button class="button quiet" value="cancel" formnovalidate>Cancel</button></p>
</form>
</dialog>`

const deleteDialog = html`<dialog id="ask-delete" aria-labelledby="ask-delete-title" aria-describedby="ask-delete-text">
<form method="dialog">
<h2 id="ask-delete-title">Delete the key?</h2>
<p id="ask-delete-text"><strong id="ask-delete-name"></strong> goes for ever: this cannot be undone. Integrations that use it
stop working at once. To try what would stop, disable it first.</p>
<p class="actions last"><button class="button quiet" value="cancel" autofocus>Keep it</button>
<button class="button danger" value="ok">Delete for ever</button></p>
</form>
</dialog>`
