/** media-library-api.md section 3.3: an upload that the store has no room for. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startTestS3, type TestS3 } from '../../src/adapters/blobs/test-s3.ts'
import { storageUsed } from '../../src/core/usage/storage.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { startServer, type TestServer } from '../support/stack.ts'

const MiB = 1024 * 1024

let s3: TestS3
let bucket: string
let server: TestServer
let client: LibraryClient

beforeAll(async () => {
  s3 = await startTestS3()
  bucket = await s3.bucket()
  const { endpoint, accessKeyId, secretAccessKey } = s3
  server = await startServer({
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  })
  client = libraryClient(server)
})
afterAll(async () => {
  await server.stop()
  await s3.stop()
})
beforeEach(() => s3.setRoom(Number.POSITIVE_INFINITY))

/** What the store, the library and the project's usage say is there. */
async function kept() {
  return {
    objects: (await s3.objects(bucket)).sort(),
    openUploads: await s3.openUploads(bucket),
    files: (await client.call('GET', '/v1/files')).json.map(({ fileId }: { fileId: string }) => fileId),
    bytes: await storageUsed(server.composed.store.read, 'default'),
  }
}

it.each([
  ['as a whole', () => quarters(64, 48), 0],
  ['as text', async () => (await quarters(64, 48)).toString('base64'), 0],
  ['in its second part', async () => randomBytes(12 * MiB), 6 * MiB],
])(
  'a file that finds no room %s is answered 507, nothing of it is kept, and it comes in when there is room',
  async (_, content, room) => {
    const file = await content()
    await client.upload({ file: await quarters(8, 8), fileName: 'there.png' })
    const before = await kept()
    s3.setRoom(room)
    const refused = await client.upload({ file, fileName: 'new.bin' })
    expect(refused.status).toBe(507)
    expect(refused.json).toEqual({ message: expect.stringContaining('no room left'), help: expect.any(String) })
    expect(refused.headers.get('x-ik-requestid')).toMatch(/\S/)
    expect(await kept()).toEqual(before)
    s3.setRoom(Number.POSITIVE_INFINITY)
    expect((await client.upload({ file, fileName: 'new.bin' })).status).toBe(200)
  },
)
