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

/** A word of a shell command, quoted where it must be. */
function shellWord(text: string): string {
  return /^[\w:/.@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A string literal of JavaScript in single quotes. */
function literal(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
