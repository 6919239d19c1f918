/** media-library-api.md section 5.3: `transformation` of an upload, as far as it goes before image URLs. */
import { afterAll, beforeAll, it } from 'vitest'
import { addEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { orphans } from '../support/upload-form.ts'

export function uploadTransformationSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient
  let origin: Origin
  let picture: Buffer

  beforeAll(async () => {
    // Bytes of renditions come before their rows: these tests look for bytes without rows.
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1', DELIVERY_CACHE_BYTES: '0' })
    client = libraryClient(server)
    origin = await startOrigin((_request, response) => response.writeHead(204).end())
    await addEndpoint(server.composed, 'default', { url: origin.url })
    picture = await quarters(120, 90)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  const upload = (transformation: unknown, file = picture) =>
    client.upload({ file, fileName: 'a.png', transformation: JSON.stringify(transformation) })
  const told = async (type: string) =>
    JSON.parse((await origin.wait(({ body }) => body.includes(`"${type}"`))).body.toString())

  it('pre: "the stored file is the result"', async ({ expect }) => {
    const { status, json } = await upload({ pre: 'w-60,h-60,f-jpg,q-70' })
    expect(status).toBe(200)
    expect(json).toMatchObject({ width: 60, height: 60, fileType: 'image' })
    const details = await client.call('GET', `/v1/files/${json.fileId}/details`)
    expect(details.json).toMatchObject({ mime: 'image/jpeg', size: json.size })
    expect(await told('upload.pre-transform.success')).toMatchObject({
      data: { fileId: json.fileId, width: 60 },
      request: { x_request_id: expect.any(String), transformation: 'w-60,h-60,f-jpg,q-70' },
    })
    expect(await orphans(server)).toEqual([])
  })

  it('pre: what is not understood yet, and files that are no pictures', async ({ expect }) => {
    for (const pre of ['bl-10', 'w-10:h-10', 'w-0', 'l-text,i-hi,l-end', 'e-grayscale', 'c-pad', '']) {
      const { status, json } = await upload({ pre })
      expect([status, json.message]).toEqual([400, expect.stringContaining('transformation')])
    }
    const text = await upload({ pre: 'w-10' }, Buffer.from('hello'))
    expect([text.status, text.json.message]).toEqual([400, expect.stringContaining('not supported for this type')])
    expect(await orphans(server)).toEqual([])
  })

  it('pre that fails is told, and keeps nothing', async ({ expect }) => {
    const torn = Buffer.concat([picture.subarray(0, picture.length - 60), Buffer.alloc(40)])
    const { status, json } = await upload({ pre: 'w-10' }, torn)
    expect([status, json.message]).toEqual([400, expect.stringContaining('could not be transformed')])
    expect(await told('upload.pre-transform.error')).toMatchObject({
      data: { name: 'a.png', path: '/a.png', transformation: { error: { reason: expect.any(String) } } },
    })
    expect(await orphans(server)).toEqual([])
  })

  it('post: "pre-generate that URL and send a webhook"; of videos and GIFs it is told that they are not', async ({
    expect,
  }) => {
    const { status, json } = await upload({ post: [{ type: 'transformation', value: 'w-100' }] })
    expect(status).toBe(200)
    expect(await told('upload.post-transform.success')).toMatchObject({
      data: { fileId: json.fileId, url: `${server.url}/default/tr:w-100${json.filePath}`, name: json.name },
      request: { transformation: { type: 'transformation', value: 'w-100' } },
    })
    const gif = await upload({ post: [{ type: 'gif-to-video' }] }, await quarters(8, 6, 'gif'))
    expect(await told('upload.post-transform.error')).toMatchObject({
      data: { fileId: gif.json.fileId, url: gif.json.url, name: gif.json.name, path: gif.json.filePath },
      request: { transformation: { type: 'gif-to-video' } },
    })
  })

  it('"post-transformation incompatible with detected type", and shapes of nothing', async ({ expect }) => {
    for (const wrong of [
      { post: [{ type: 'gif-to-video' }] },
      { post: [{ type: 'abs', value: 'sr-240', protocol: 'hls' }] },
      { post: [{ type: 'thumbnail' }] },
      { post: [{ type: 'transformation' }] },
      { post: [{ type: 'abs', value: 'sr-240', protocol: 'x' }] },
      { post: [] },
      {},
      'w-10',
    ])
      expect((await upload(wrong)).status).toBe(400)
    expect((await upload({ post: [{ type: 'gif-to-video' }] }, await quarters(8, 6, 'gif'))).status).toBe(200)
  })
}
