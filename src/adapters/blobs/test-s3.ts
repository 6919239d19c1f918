/**
 * An S3 server in this process for tests: s3rver, made all-or-nothing and given the calls it lacks (aborting and listing
 * multipart uploads; listing objects by pages and in the order of their keys). Not part of the product.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface TestS3 {
  endpoint: string
  /** Makes a new empty bucket and returns its name. */
  bucket(): Promise<string>
  accessKeyId: string
  secretAccessKey: string
  /** Ids of the multipart uploads that are open in the bucket. */
  openUploads(bucket: string): Promise<string[]>
  /** Puts an object's bytes there directly, past the API. */
  plant(bucket: string, key: string, bytes: Buffer): Promise<void>
  /** Keys of all objects in the bucket. */
  objects(bucket: string): Promise<string[]>
  /** The store takes so many more bytes and refuses what is beyond, as a full disk would; Infinity at first. */
  setRoom(bytes: number): void
  stop(): Promise<void>
}

interface StoredObject {
  bucket: string
  key: string
  content: Readable | Buffer
  metadata: unknown
}
interface Listed {
  key: string
  size: number
  lastModifiedDate: Date
}
interface Written {
  size: number
  md5: string
}
/** The parts of s3rver that are used or replaced here; it brings no types. */
interface Server {
  callback(): RequestListener
  store: {
    putBucket(name: string): Promise<unknown>
    putObject(object: StoredObject): Promise<Written>
    listObjects(bucket: string, options: { prefix: string }): Promise<{ objects: Listed[] }>
    putPart(bucket: string, uploadId: string, part: string | number, content: Readable): Promise<Written>
    getResourcePath(bucket: string, key: string | undefined, resource: string): string
    putMetadata(bucket: string, key: string, metadata: unknown, md5: string): Promise<void>
  }
}
type S3rver = new (options: { directory: string; silent: boolean; vhostBuckets: boolean }) => Server

/** Starts a server on a free port with a temporary folder; `stop` removes both. */
export async function startTestS3(): Promise<TestS3> {
  const S3rver = createRequire(import.meta.url)('s3rver') as S3rver
  const directory = await mkdtemp(join(tmpdir(), 'test-s3-'))
  const server = new S3rver({ directory, silent: true, vhostBuckets: false })
  makeAtomic(server.store)
  const uploadsOf = (bucket: string) => server.store.getResourcePath(bucket, undefined, 'uploads')
  const answer = server.callback()
  let room = Number.POSITIVE_INFINITY
  const takes = ({ headers }: IncomingMessage) => {
    const fits = Number(headers['content-length']) <= room
    if (fits) room -= Number(headers['content-length'])
    return fits
  }
  const http = createServer((request, response) => {
    const missing = missingCall(request, server.store)
    if (request.method === 'PUT' && !takes(request)) answerFull(request, response)
    else if (missing === undefined) answer(request, response)
    else missing(response).catch(() => response.writeHead(500).end())
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
    async bucket() {
      const name = `test-${randomBytes(6).toString('hex')}`
      await server.store.putBucket(name)
      return name
    },
    openUploads: (bucket) => readdir(uploadsOf(bucket)).catch(() => []),
    async plant(bucket, key, bytes) {
      const path = server.store.getResourcePath(bucket, key, 'object')
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, bytes)
    },
    async objects(bucket) {
      const { objects } = await server.store.listObjects(bucket, { prefix: '' })
      return objects.map(({ key }) => key)
    },
    setRoom(bytes) {
      room = bytes
    },
    async stop() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** s3rver answers before its file is written and keeps half of a broken upload; S3 does neither. */
function makeAtomic(store: Server['store']): void {
  store.putObject = async ({ bucket, key, content, metadata }) => {
    const path = store.getResourcePath(bucket, key, 'object')
    const written = await writeWhole(path, content)
    await store.putMetadata(bucket, key, metadata, written.md5)
    return written
  }
  store.putPart = async (bucket, uploadId, part, content) => {
    const folder = join(store.getResourcePath(bucket, undefined, 'uploads'), uploadId)
    return await writeWhole(join(folder, String(part)), content)
  }
}

async function writeWhole(path: string, content: Readable | Buffer): Promise<Written> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(tmpdir(), `test-s3-${randomBytes(8).toString('hex')}`)
  try {
    await pipeline(content instanceof Readable ? content : Readable.from([content]), createWriteStream(temporary))
    const md5 = createHash('md5')
    for await (const chunk of createReadStream(temporary)) md5.update(chunk as Buffer)
    const { size } = await stat(temporary)
    await rename(temporary, path)
    return { size, md5: md5.digest('hex') }
  } finally {
    await rm(temporary, { force: true })
  }
}

const pageKeys = 1000

/** AbortMultipartUpload, ListMultipartUploads and ListObjectsV2. */
function missingCall(
  { method, url = '/' }: IncomingMessage,
  store: Server['store'],
): ((response: ServerResponse) => Promise<void>) | undefined {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const [, bucket = ''] = pathname.split('/')
  const folder = store.getResourcePath(bucket, undefined, 'uploads')
  const uploadId = searchParams.get('uploadId')
  if (method === 'DELETE' && uploadId !== null) return (response) => abortUpload(response, join(folder, uploadId))
  if (method === 'GET' && searchParams.has('uploads')) {
    return (response) => listUploads(response, folder, searchParams.get('prefix') ?? '')
  }
  if (method === 'GET' && searchParams.has('list-type')) {
    return async (response) => {
      const { objects } = await store.listObjects(bucket, { prefix: searchParams.get('prefix') ?? '' })
      const after = searchParams.get('start-after') ?? ''
      const rest = objects.filter(({ key }) => key > after).sort((a, b) => (a.key < b.key ? -1 : 1))
      const contents = rest.slice(0, pageKeys).map(({ key, size, lastModifiedDate }) => {
        const modified = `<LastModified>${lastModifiedDate.toISOString()}</LastModified>`
        return `<Contents><Key>${key}</Key><Size>${size}</Size>${modified}</Contents>`
      })
      const truncated = `<IsTruncated>${rest.length > pageKeys}</IsTruncated>`
      answerXml(response, 'ListBucketResult', truncated + contents.join(''))
    }
  }
  return undefined
}

async function abortUpload(response: ServerResponse, folder: string): Promise<void> {
  const found = existsSync(folder)
  await rm(folder, { recursive: true, force: true })
  response.writeHead(found ? 204 : 404).end()
}

async function listUploads(response: ServerResponse, folder: string, prefix: string): Promise<void> {
  const uploads: string[] = []
  for (const id of await readdir(folder).catch(() => [])) {
    const [key, { mtime }] = await Promise.all([readFile(join(folder, id, 'key'), 'utf8'), stat(join(folder, id))])
    if (!key.startsWith(prefix)) continue
    const initiated = `<Initiated>${mtime.toISOString()}</Initiated>`
    uploads.push(`<Upload><Key>${key}</Key><UploadId>${id}</UploadId>${initiated}</Upload>`)
  }
  answerXml(response, 'ListMultipartUploadsResult', uploads.join(''))
}

/** As MinIO words it. */
function answerFull(request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  response.writeHead(507, { 'content-type': 'application/xml' })
  response.end('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>XMinioStorageFull</Code></Error>')
}

function answerXml(response: ServerResponse, root: string, content: string): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`
  response.writeHead(200, { 'content-type': 'application/xml' }).end(xml)
}
