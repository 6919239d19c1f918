/**
 * How the client libraries as they are published react to 409 and 429 (media-library-api.md section 3.1): `@imagekit/nodejs`
 * 7 tries both again unless told otherwise, `imagekit` 6 hands both to its caller.
 */
import { createRequire } from 'node:module'
import ImageKit from '@imagekit/nodejs'
import ImageKit6 from 'imagekit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'

let server: TestServer
/** The server's: stands still unless a test moves it, so that no window ends by itself. */
let now = 1_800_000_000_000

beforeAll(async () => {
  server = await embedded.start({ LIMITS: 'on', LIBRARY_READS_PER_SECOND: '1' }, { now: () => now })
  for (const fileName of ['one.txt', 'two.txt']) {
    await libraryClient(server).upload({ file: Buffer.from('text'), fileName, useUniqueFileName: 'false' })
  }
})
afterAll(() => server.stop())

/** Client 7, and when each of its requests was sent and how it was answered. */
function watched() {
  const sent: { at: number; status: number; headers: Headers }[] = []
  const client = new ImageKit({
    privateKey: secretKey,
    baseURL: server.url,
    maxRetries: 3,
    async fetch(url, init) {
      const at = performance.now()
      const response = await fetch(url, init)
      sent.push({ at, status: response.status, headers: response.headers })
      // What it is told to wait for passes on the server too.
      now += Number(response.headers.get('retry-after-ms'))
      return response
    },
  })
  return { client, sent }
}

it('client 7 gives a name that is taken up at once: x-should-retry: false', async () => {
  const { client, sent } = watched()
  const renaming = client.files.rename({ filePath: '/one.txt', newFileName: 'two.txt' })
  await expect(renaming).rejects.toBeInstanceOf(ImageKit.ConflictError)
  expect(sent.map(({ status }) => status)).toEqual([409])
})

it('client 7 waits as long as retry-after-ms says, then is served', async () => {
  const { client, sent } = watched()
  // 0.3 s before the window of a second ends.
  now += 1700 - (now % 1000)
  expect(await client.assets.list()).toHaveLength(2)
  expect(await client.assets.list()).toHaveLength(2)
  expect(sent.map(({ status }) => status)).toEqual([200, 429, 200])
  const [, refused, served] = sent
  expect(refused?.headers.get('retry-after-ms')).toBe('300')
  expect((served?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(295)
})

it('client 6 tries neither again, and tells when to', async () => {
  const client = clientSix()
  now += 1000
  const rename = () => client.instance.renameFile({ filePath: '/one.txt', newFileName: 'two.txt', purgeCache: false })
  await expect(rename()).rejects.toMatchObject({ reason: 'FILE_ALREADY_EXISTS' })
  expect(await client.instance.listFiles({})).toHaveLength(2)
  const limit = { 'X-RateLimit-Limit': 1, 'X-RateLimit-Reset': expect.any(Number), 'X-RateLimit-Interval': 1000 }
  const refused = await client.instance.listFiles({}).catch((error: unknown) => error)
  expect(refused).toMatchObject(limit)
  expect(client.calls()).toBe(3)
  now += Number((refused as Record<string, unknown>)['X-RateLimit-Reset'])
  expect(await client.instance.listFiles({})).toHaveLength(2)
})

interface Axios {
  interceptors: { request: { use(change: (request: { url: string }) => object): void } }
}

/** Its hosts are built in; the shim of the docs leads its calls here, and counts them. */
function clientSix() {
  const require = createRequire(import.meta.url)
  const axios = createRequire(require.resolve('imagekit'))('axios') as Axios
  let calls = 0
  axios.interceptors.request.use((request) => {
    calls += 1
    request.url = request.url.replace(/^https:\/\/(api|upload)\.imagekit\.io/, server.url)
    return request
  })
  const urlEndpoint = `${server.url}/default`
  return { instance: new ImageKit6({ publicKey, privateKey: secretKey, urlEndpoint }), calls: () => calls }
}
