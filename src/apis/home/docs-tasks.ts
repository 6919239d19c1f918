/** The docs page of the Tasks API, in reading order; the facts in its tables stand in tasks-facts.ts. */
import { type Html, html } from '../../http/page/html.ts'
import { type ApiDocs, contents, interactivePart, retryRule } from './docs.ts'
import { codeBlock, prose, table } from './frame.ts'
import {
  curlSteps,
  nodeClientSample,
  nodeFetchSample,
  placeholders,
  webhookNodeSample,
  webhookPhpSample,
} from './samples.ts'
import {
  commonParameters,
  encryptionRules,
  endpoints,
  errors,
  fileStatuses,
  metadataRules,
  toolParameters,
  tools,
  webhookHeaders,
  webhookRules,
} from './tasks-facts.ts'

const chapters = [
  ['about', 'What it is'],
  ['first', 'First calls'],
  ['clients', 'Client libraries'],
  ['tokens', 'Tokens'],
  ['calls', 'All calls'],
  ['tools', 'Tools'],
  ['parameters', 'Parameters'],
  ['encryption', 'File encryption'],
  ['metadata', 'Metadata'],
  ['webhooks', 'Webhooks'],
  ['errors', 'Errors'],
  ['retry', 'When to retry'],
  ['limits', 'Limits'],
  ['try', 'Try it'],
] as const

export function tasksDocs(docs: ApiDocs): Html {
  const { server, samplePhoto, keys } = docs
  const shown = keys ?? placeholders
  return html`<p class="crumb"><a href="/docs">Docs</a> / Tasks API</p>
<h1>Tasks API</h1>
<div class="with-toc">
${contents(chapters)}
<div>
<p class="lead" id="about">Start a task, upload images, process them, download the result: the four steps of the iLoveIMG and
iLoveAPI image REST API, version 1, on your own server.</p>
<p>A task is one job for one tool over one or many images. Its files are visible to its project only and are deleted two
hours after the last activity. A finished task can be the input of the next one. What differs from the hosted service, and
why, is in <code>docs/compatibility.md</code> of the package.</p>

<h2 id="first">First calls</h2>
<p>Paste these one after the other into one shell.</p>
<ol class="steps">${curlSteps(server, shown, samplePhoto).map(
    ({ title, text, code }) => html`<li><h3>${title}</h3><p>${text}</p>${codeBlock(title, code)}</li>\n`,
  )}</ol>

<h2 id="clients">Client libraries</h2>
<p>Existing libraries work after their host is changed. Those that can only build <code>https://</code> addresses need TLS in
front of the server.</p>
${codeBlock('Node client', nodeClientSample(server, shown))}
<p>Without a library, on Node 20 or later:</p>
${codeBlock('Node with fetch', nodeFetchSample(server, shown))}

<h2 id="tokens">Tokens</h2>
<p>Every call but <code>POST /v1/auth</code> carries <code>Authorization: Bearer …</code>. The token is a JWT (HS256) signed with the
secret key, with the public key as <code>jti</code>. Libraries make it themselves; <code>/v1/auth</code> makes one for the public key
alone, good for two hours. Since the public key is then all one needs, a project can switch it off:
<code>imagestead projects set ID --auth off</code>.</p>

<h2 id="calls">All calls</h2>
<p>Bodies may be JSON, form-encoded or multipart; names with brackets make lists (<code>files[0][server_filename]</code>).</p>
${table(
  ['Call', 'What it does'],
  endpoints.map(([call, text]) => [html`<code>${call}</code>`, prose(text)]),
)}

<h2 id="tools">Tools</h2>
${table(
  ['Tool', 'Short name', 'What it does'],
  tools.map(([name, short, text]) => [html`<code>${name}</code>`, html`<code>${short}</code>`, prose(text)]),
)}
<p>Reads JPEG, PNG, WebP, GIF, TIFF, AVIF, SVG, HEIC, PDF, BMP, ICO, PSD, TGA, JPEG 2000, JPEG XL, PPM, QOI, EXR and camera
RAW, by what the bytes say. Every tool except convert keeps the format where it can be written; SVG becomes PNG, except in
compress. Animations stay animated where the tool and the format allow it. The result of remove background is a PNG.</p>

<h2 id="parameters">Parameters of <code>POST /v1/process</code></h2>
<p>A number out of its range is refused, never bent. Blanks around names and the case of fixed words do not matter.</p>
<h3>Every tool</h3>
${parameterTable(commonParameters)}
${toolParameters.map(([tool, text, rows]) => html`<h3><code>${tool}</code></h3><p>${prose(text)}</p>${rows.length > 0 && parameterTable(rows)}`)}

<h2 id="encryption">File encryption</h2>
<ul>${encryptionRules.map((rule) => html`<li>${prose(rule)}</li>`)}</ul>

<h2 id="metadata">Orientation, colour, metadata</h2>
<ul>${metadataRules.map((rule) => html`<li>${prose(rule)}</li>`)}</ul>

<h2 id="webhooks">Webhooks</h2>
<p>A process request with <code>webhook</code> is answered at once; when the task has ended, the address gets a POST with the
whole task, as <code>GET /v1/task/{task}</code> shows it, with <code>event</code>: <code>task.completed</code>
(<code>TaskSuccess</code>, <code>TaskSuccessWithWarnings</code>) or <code>task.fail</code> (<code>TaskError</code>). The same
task stands once more under <code>data.task</code>.</p>
<ul>${webhookRules.map((rule) => html`<li>${prose(rule)}</li>`)}</ul>
${table(
  ['Header', 'What it holds'],
  webhookHeaders.map(([name, text]) => [html`<code>${name}</code>`, prose(text)]),
)}
<p>The key of the HMAC is the whole text of the secret, its <code>whsec_</code> included. Libraries for Standard Webhooks decode a
secret from base64 first: give them the base64 of that text. <code>imagestead webhooks secret</code> shows a project’s secret,
<code>--roll</code> replaces it; both sign for the grace.</p>
${codeBlock('Receiver in Node', webhookNodeSample)}
${codeBlock('Receiver in PHP', webhookPhpSample)}

<h2 id="errors">Errors</h2>
<p>Every refusal is JSON; <code>error.param</code> names what is at fault, and <code>X-Request-Id</code> finds the request in the log.</p>
${codeBlock(
  'An error',
  `{ "error": { "type": "ProcessingError", "code": "400",
  "message": "This task can't be processed. Check why in the params.",
  "param": { "elements": ["Elements cannot be blank."] } } }`,
)}
${table(
  ['Status', 'Type', 'When', 'What to do'],
  errors.map(([status, type, when, what]) => [status, html`<code>${type}</code>`, prose(when), prose(what)]),
)}
<h3>Status of a file</h3>
<p>When files fail, <code>error.param</code> (or <code>warnings</code>, if others succeeded) lists each with its status.</p>
${table(
  ['Status', 'Meaning'],
  fileStatuses.map(([status, text]) => [html`<code>${status}</code>`, prose(text)]),
)}

<h2 id="retry">When to retry</h2>
<p>${retryRule} Start, upload of
the same chunk, status and download may be repeated freely; a second <code>/v1/process</code> of a task that runs or has run is
refused and changes nothing: ask <code>GET /v1/task/{task}</code> what became of the first.</p>

<h2 id="limits">Limits</h2>
<ul>
<li>100 MiB per file (the chunks of one file together), 120 megapixels per image, 1,000 frames per animation.</li>
<li>60 s per file; then the file fails with <code>TimeOut</code>.</li>
<li>100 requests a second and 3,000 a minute per project, shown by <code>X-Rate-Limit-Limit</code>, <code>-Remaining</code>,
<code>-Reset</code>.</li>
<li>Files of a month (UTC) as your project has them: unlimited is told as 1,000,000 <code>remaining_files</code>. Each file that
succeeds counts as one (10 credits), two for upscale and remove background; a file that fails counts as none.</li>
<li>With monthly files, a tenth as many tasks may be open: from their first upload until they are processed or deleted.</li>
<li>Tasks and their files are gone two hours after the last activity.</li>
</ul>
<p>All of them are settings: see <code>docs/configuration.md</code>.</p>
</div></div>

${interactivePart(docs, {
  text: 'Get a token from your public key, or paste one under Authorize.',
  label: 'Public key',
  field: 'public_key',
  button: 'Make a token',
  value: keys?.publicKey,
})}`
}

function parameterTable(rows: readonly (readonly [string, string, string])[]): Html {
  return table(
    ['Name', 'Default', 'Meaning'],
    rows.map(([name, standard, text]) => [html`<code>${name}</code>`, prose(standard), prose(text)]),
  )
}
