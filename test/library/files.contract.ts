/** media-library-api.md sections 4.1, 4.3, 5.1 and 6: a file goes in and is shown. */
import { afterAll, beforeAll, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function fileSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  it('an upload answers section 4.3, its details section 4.1', async ({ expect }) => {
    const file = await quarters(64, 48, 'jpeg')
    const { status, json } = await client.upload({
      file,
      fileName: 'pier at night.jpg',
      folder: 'trips/2026',
      tags: 'sea,pier',
      useUniqueFileName: 'false',
    })
    expect(status).toBe(200)
    expect(json).toEqual({
      fileId: expect.stringMatching(/^[0-9a-f]{24}$/),
      name: 'pier_at_night.jpg',
      size: file.length,
      versionInfo: { id: json.fileId, name: 'Version 1' },
      filePath: '/trips/2026/pier_at_night.jpg',
      url: `${server.url}/default/trips/2026/pier_at_night.jpg`,
      fileType: 'image',
      width: 64,
      height: 48,
      orientation: 1,
      thumbnailUrl: `${server.url}/default/tr:n-ik_ml_thumbnail/trips/2026/pier_at_night.jpg`,
      AITags: null,
    })

    const details = await client.call('GET', `/v1/files/${json.fileId}/details`)
    expect(details.status).toBe(200)
    expect(details.json).toMatchObject({
      type: 'file',
      fileId: json.fileId,
      filePath: '/trips/2026/pier_at_night.jpg',
      tags: ['sea', 'pier'],
      AITags: null,
      versionInfo: { id: json.fileId, name: 'Version 1' },
      isPrivateFile: false,
      isPublished: true,
      customCoordinates: null,
      mime: 'image/jpeg',
      hasAlpha: false,
      customMetadata: {},
      embeddedMetadata: null,
    })
    expect(details.json.url).toBe(`${json.url}?updatedAt=${Date.parse(details.json.updatedAt)}`)
  })

  it('"20 parallel uploads of one name (20 versions, none lost: serialised, not refused)"', async ({ expect }) => {
    const file = await quarters(16, 12)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.upload({ file, fileName: 'same.png', useUniqueFileName: 'false' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(new Set(answers.map(({ json }) => json.fileId)).size).toBe(1)
    expect(new Set(answers.map(({ json }) => json.versionInfo.id)).size).toBe(20)
  })

  it('"Malformed ids give 400, well-formed unknown ids 404" (section 3.3)', async ({ expect }) => {
    expect((await client.call('GET', '/v1/files/nonsense/details')).status).toBe(400)
    const unknown = await client.call('GET', `/v1/files/${'a'.repeat(24)}/details`)
    expect(unknown.status).toBe(404)
    expect(unknown.json).toEqual({ message: 'The requested file does not exist.', help: expect.any(String) })
    expect(unknown.headers.get('x-ik-requestid')).toBe(unknown.headers.get('x-request-id'))
  })
}
