/** The docs page of image URLs, in reading order; the facts in its tables stand in images-facts.ts. */
import { type Html, html } from '../../http/page/html.ts'
import { type ApiDocs, contents, retryRule } from './docs.ts'
import { codeBlock, prose, table } from './frame.ts'
import { errors, forms, lookKeys, outputKeys, sizeKeys } from './images-facts.ts'
import { placeholders } from './samples.ts'
import {
  astroService,
  htmlSrcset,
  imageCurlSteps,
  imageNodeSample,
  nextLoader,
  nuxtProvider,
} from './samples-images.ts'

const chapters = [
  ['about', 'What it is'],
  ['try', 'Try it'],
  ['first', 'First addresses'],
  ['forms', 'Forms of an address'],
  ['size', 'Size and crop'],
  ['look', 'Looks and layers'],
  ['output', 'Format and quality'],
  ['pages', 'In web pages'],
  ['private', 'Private files'],
  ['caching', 'Caching'],
  ['errors', 'Errors'],
  ['retry', 'When to retry'],
  ['limits', 'Limits'],
] as const

type Row = readonly [string, string, string]
const keyTable = (rows: readonly Row[]) =>
  table(
    ['Key', 'Example', 'Meaning'],
    rows.map(([key, example, meaning]) => [html`<code>${key}</code>`, prose(example), prose(meaning)]),
  )

export function imagesDocs({ server, samplePhoto, openapi, keys }: ApiDocs): Html {
  const shown = keys ?? placeholders
  const endpoint = `${server}/default`
  return html`<p class="crumb"><a href="/docs">Docs</a> / Image URLs</p>
<h1>Image URLs</h1>
<div class="with-toc">
${contents(chapters)}
<div>
<p class="lead" id="about">Every file of the library has an address, and the address says how it shall look: the transformation
language of ImageKit, on your own server.</p>
<p>An address is <code>${server}/&lt;project&gt;/&lt;path of the file&gt;</code>. What it asks for is made at the first request, kept,
and made anew when the file changes; an address never shows what is no longer true. What differs from the hosted service, and
why, is in <code>docs/compatibility.md</code> of the package. As a document: <a href="${openapi}">openapi.json</a>.</p>

<section id="try" aria-labelledby="try-title">
<h2 id="try-title">Try it</h2>
<form class="row" id="image-form">
<label>Project and path<input name="path" required autocomplete="off" spellcheck="false" value="default/trips/pier.jpg"></label>
<label>Transformation<input name="tr" autocomplete="off" spellcheck="false" value="w-400,h-300,r-20"></label>
<button class="button">Show</button>
</form>
<output id="image-said" for="image-form" aria-live="polite"></output>
<p id="image-shown"></p>
</section>

<h2 id="first">First addresses</h2>
<p>Paste these one after the other into one shell.</p>
<ol class="steps">${imageCurlSteps(server, shown, samplePhoto).map(
    ({ title, text, code }) => html`<li><h3>${title}</h3><p>${text}</p>${codeBlock(title, code)}</li>\n`,
  )}</ol>

<h2 id="forms">Forms of an address</h2>
${table(
  ['Form', 'Address', 'Meaning'],
  forms.map(([form, address, meaning]) => [form, prose(address), prose(meaning)]),
)}

<h2 id="size">Size and crop</h2>
${keyTable(sizeKeys)}

<h2 id="look">Looks and layers</h2>
<p>Within a step the order of the words does not matter: the picture is trimmed, sized, coloured, rounded, bordered, turned, and
then gets its layers. Colours are names or six hex digits, and two more decimal digits for how solid they are.</p>
${keyTable(lookKeys)}

<h2 id="output">Format and quality</h2>
${keyTable(outputKeys)}

<h2 id="pages">In web pages</h2>
<p>Plain HTML: the browser picks the width, the server the format.</p>
${codeBlock('HTML', htmlSrcset(endpoint))}
<p>Next.js, with its own image component:</p>
${codeBlock('Next.js loader', nextLoader(endpoint))}
<p>Nuxt Image:</p>
${codeBlock('Nuxt provider', nuxtProvider(endpoint))}
<p>Astro:</p>
${codeBlock('Astro service', astroService(endpoint))}
<p>Addresses by the client library, signed here:</p>
${codeBlock('Node client', imageNodeSample(server, shown))}

<h2 id="private">Private files</h2>
<p>A private file is shown by signed addresses only, and by those whose transformation is a named one. The signature is
<code>ik-s</code>, HMAC-SHA1 in hex by the private key over what follows <code>/&lt;project&gt;/</code> in the address and the expiry in
seconds, which stands in <code>ik-t</code>; without an expiry <code>9999999999</code> is signed. A project may want signatures for
every address, or named transformations only: <code>imagestead projects set</code>.</p>

<h2 id="caching">Caching</h2>
<p>Answers carry an <code>ETag</code> and ask browsers to check back, which costs a 304; with <code>updatedAt</code> or <code>v</code> in the
query, as every address in an API answer has it, they may be kept for long. Overwriting, deleting, hiding and purging take
effect with the next request.</p>

<h2 id="errors">Errors</h2>
<p>Errors are text, and <code>ik-error</code> names the kind.</p>
${table(
  ['Status', 'When', 'What to do'],
  errors.map(([status, when, what]) => [status, prose(when), prose(what)]),
)}

<h2 id="retry">When to retry</h2>
<p>${retryRule} Reading may be repeated freely. Image URLs never answer 429.</p>

<h2 id="limits">Limits</h2>
<ul>
<li>Inputs of 40 MB and 100 megapixels, 5 MB for SVG and PDF; sides of 65,535 pixels, 16,383 for WebP.</li>
<li>Layers three deep, 2,000 letters in a text; the work an address asks for is estimated before it begins.</li>
<li>Video is delivered as it is, in ranges; it is not transformed here.</li>
</ul>
<p>Most of them are settings: see <code>docs/configuration.md</code>.</p>
</div></div>`
}
