/** The Library API's first calls as people paste them, and the shims of older clients. Tests run these very texts. */
import { literal, type SampleKeys, type SampleStep, shellWord } from './samples.ts'

/** From an upload to a search with curl alone; the steps share one shell. `server` is an origin without a slash. */
export function libraryCurlSteps(server: string, keys: SampleKeys, samplePhoto: string): SampleStep[] {
  return [
    {
      title: 'Upload a photo',
      text: 'The private key is the user name, and there is no password. The sample photo is ours; use any of yours instead.',
      code: `SERVER=${shellWord(server)}
KEY=${shellWord(keys.secretKey)}
curl -s -o photo.jpg $SERVER${samplePhoto}
FILE=$(curl -s -u "$KEY:" $SERVER/api/v1/files/upload \\
  -F file=@photo.jpg -F fileName=pier.jpg -F folder=/trips -F tags=sea,pier |
  sed 's/.*"fileId":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Look at it',
      text: 'Size in pixels, type by its content, metadata, and the address that will deliver it.',
      code: `curl -s -u "$KEY:" $SERVER/v1/files/$FILE/details`,
    },
    {
      title: 'Change it',
      text: 'Tags, custom fields, description: what is not named stays as it is.',
      code: `curl -s -u "$KEY:" -X PATCH $SERVER/v1/files/$FILE/details \\
  -H 'Content-Type: application/json' -d '{"tags":["sea","night"]}'`,
    },
    {
      title: 'Find it',
      text: 'The answer is a list of files; what a query may say is below.',
      code: `curl -s -u "$KEY:" -G $SERVER/v1/files \\
  --data-urlencode 'searchQuery=tags IN ["night"] AND width > 500'`,
    },
  ]
}

/** The same with the current client library: its base address is an option. */
export function libraryNodeSample(server: string, keys: SampleKeys): string {
  return `// npm install @imagekit/nodejs
import { createReadStream } from 'node:fs'
import ImageKit from '@imagekit/nodejs'

// The only change: your server as the base address.
const client = new ImageKit({
  baseURL: ${literal(server)},
  privateKey: ${literal(keys.secretKey)},
})

const photo = await client.files.upload({
  file: createReadStream('photo.jpg'),
  fileName: 'pier.jpg',
  folder: '/trips',
  tags: ['sea'],
})
await client.files.update(photo.fileId, { tags: ['sea', 'night'] })
const found = await client.assets.list({ searchQuery: 'tags IN ["night"]', limit: 10 })
console.log(photo.filePath, found.length)`
}

/** Version 6 of the Node client has its hosts built in: the shim redirects them in its own copy of axios. */
export function libraryNode6Sample(server: string, keys: SampleKeys): string {
  return `// npm install imagekit@6
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const server = ${literal(server)}

// The shim: calls to the hosted service go to your server. Put it before the first call.
const axios = createRequire(require.resolve('imagekit'))('axios')
axios.interceptors.request.use((request) => {
  request.url = request.url.replace(/^https:\\/\\/(api|upload)\\.imagekit\\.io/, server)
  return request
})

const ImageKit = require('imagekit')
const imagekit = new ImageKit({
  publicKey: ${literal(keys.publicKey)},
  privateKey: ${literal(keys.secretKey)},
  urlEndpoint: \`\${server}/default\`,
})
const photo = await imagekit.upload({ file: await readFile('photo.jpg'), fileName: 'pier.jpg', tags: ['sea'] })
const found = await imagekit.listFiles({ tags: ['sea'] })
console.log(photo.filePath, found.length)`
}

/** Browser clients have the address of uploads built in and take an XMLHttpRequest: here is one that goes elsewhere. */
export function libraryBrowserShim(server: string): string {
  return `// For both browser clients: upload({ …, xhr: imagesteadRequest() })
function imagesteadRequest(server = ${literal(server)}) {
  const xhr = new XMLHttpRequest()
  xhr.open = (method, url, ...more) =>
    XMLHttpRequest.prototype.open.call(xhr, method, url.replace('https://upload.imagekit.io', server), ...more)
  return xhr
}`
}
