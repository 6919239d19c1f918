/** The first calls as people paste them. Tests run these very texts, so what the pages show works. */

export interface SampleKeys {
  publicKey: string
  secretKey: string
}

/** Stand in for keys that this browser may not see; the pages mark them. */
export const placeholders: SampleKeys = { publicKey: 'YOUR_PUBLIC_KEY', secretKey: 'YOUR_SECRET_KEY' }

export interface SampleStep {
  title: string
  text: string
  code: string
}

/** One image from start to download with curl alone; the steps share one shell. `server` is an origin without a slash. */
export function curlSteps(server: string, keys: SampleKeys, samplePhoto: string): SampleStep[] {
  return [
    {
      title: 'Get a token',
      text: 'The public key buys a token for two hours. The sample photo is ours; use any of yours instead.',
      code: `SERVER=${shellWord(server)}
curl -s -o photo.jpg $SERVER${samplePhoto}
TOKEN=$(curl -s $SERVER/v1/auth --data-urlencode public_key=${shellWord(keys.publicKey)} |
  sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Start a task',
      text: 'A task is one job for one tool. The answer names the task; nothing counts until a file is in it.',
      code: `TASK=$(curl -s -H "Authorization: Bearer $TOKEN" $SERVER/v1/start/resizeimage |
  sed 's/.*"task":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Upload the photo',
      text: 'Repeat this for every photo of a batch. Big files may come in chunks, and a URL works in place of a file.',
      code: `FILE=$(curl -s -H "Authorization: Bearer $TOKEN" $SERVER/v1/upload \\
  -F task=$TASK -F file=@photo.jpg |
  sed 's/.*"server_filename":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Process it',
      text: 'The answer comes when the work is done, with the sizes before and after.',
      code: `curl -s -H "Authorization: Bearer $TOKEN" $SERVER/v1/process \\
  -d task=$TASK -d tool=resizeimage -d pixels_width=800 \\
  -d "files[0][server_filename]=$FILE" -d "files[0][filename]=photo.jpg"`,
    },
    {
      title: 'Download the result',
      text: 'One result comes as the file itself, several as one ZIP.',
      code: `curl -s -o resized.jpg -H "Authorization: Bearer $TOKEN" $SERVER/v1/download/$TASK`,
    },
  ]
}

/** The same job with an existing client library whose host constants are changed before it is loaded. */
export function nodeClientSample(server: string, keys: SampleKeys): string {
  const { protocol, host } = new URL(server)
  return `// npm install @rheyhannh/iloveimg-nodejs
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import config from './node_modules/@rheyhannh/iloveimg-nodejs/src/config/global.js'

// The only change: your server instead of the hosted one, set before the library is loaded.
config.ILOVEIMG_API_URL = ${literal(host)}
config.ILOVEIMG_API_URL_PROTOCOL = ${literal(protocol.slice(0, -1))}
const { default: ILoveIMGApi } = await import('@rheyhannh/iloveimg-nodejs')

const api = new ILoveIMGApi(${literal(keys.publicKey)}, ${literal(keys.secretKey)})
const task = api.newTask('resizeimage')
await task.start()
await task.addFile({ cloud_file: process.argv[2], filename: 'photo.jpg' })
await task.process({}, { pixels_width: 800, pixels_height: 800 })
const { data } = await task.download()
await pipeline(data, createWriteStream('resized.jpg'))`
}

/** The same job without any library, on Node 20 and later: a local file in, a local file out. */
export function nodeFetchSample(server: string, keys: SampleKeys): string {
  return `import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'

const server = ${literal(`${server}/v1`)}
let token

async function call(path, body) {
  const json = body !== undefined && !(body instanceof FormData)
  const answer = await fetch(server + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token && { authorization: \`Bearer \${token}\` }),
      ...(json && { 'content-type': 'application/json' }),
    },
    body: json ? JSON.stringify(body) : body,
  })
  if (!answer.ok) throw new Error(\`\${answer.status} \${await answer.text()}\`)
  return answer
}

const auth = await call('/auth', { public_key: ${literal(keys.publicKey)} })
token = (await auth.json()).token
const { task } = await (await call('/start/compressimage')).json()

const form = new FormData()
form.set('task', task)
form.set('file', await openAsBlob('photo.jpg'), 'photo.jpg')
const { server_filename } = await (await call('/upload', form)).json()

const files = [{ server_filename, filename: 'photo.jpg' }]
const done = await (await call('/process', { task, tool: 'compressimage', files })).json()
console.log(\`\${done.filesize} bytes became \${done.output_filesize}\`)

const result = await call(\`/download/\${task}\`)
await writeFile('compressed.jpg', Buffer.from(await result.arrayBuffer()))`
}

/** A receiver of webhooks that checks the signature, on Node without any library. */
export const webhookNodeSample = `import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const secret = process.env.WEBHOOK_SECRET // what \`imagestead webhooks secret\` prints, as it is

function isGenuine(headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers
  // Older than five minutes: somebody may be repeating it.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < 300)) return false
  const expected = createHmac('sha256', secret).update(\`\${id}.\${timestamp}.\`).update(body).digest()
  // Two signatures while the secret is being replaced.
  return signatures.split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',')
    const given = Buffer.from(text, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    if (!isGenuine(request.headers, body)) return response.writeHead(401).end()
    // Answer first and work then: a slow answer counts as a failure and is tried again.
    response.writeHead(204).end()
    const { event, task, status } = JSON.parse(body)
    console.log(request.headers['webhook-id'], event, task, status)
  })
})
server.listen(Number(process.env.PORT ?? 3000))`

/** The same in PHP. */
export const webhookPhpSample = `<?php
$secret = getenv('WEBHOOK_SECRET'); // what \`imagestead webhooks secret\` prints, as it is
$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $secret, true));

// Older than five minutes: somebody may be repeating it.
$genuine = false;
if (abs(time() - (int) $timestamp) < 300) {
    // Two signatures while the secret is being replaced.
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        $genuine = $genuine || hash_equals($expected, $given);
    }
}
if (!$genuine) {
    http_response_code(401);
    exit;
}
http_response_code(204);
// After \`imagestead projects set ID --webhook-format form\`: $_POST['task'], $_POST['server'].
$callback = json_decode($body, true);
error_log("$id {$callback['event']} {$callback['task']} {$callback['status']}");`

/** A word of a shell command, quoted where it must be. */
export function shellWord(text: string): string {
  return /^[\w:/.@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A string literal of JavaScript in single quotes. */
export function literal(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
