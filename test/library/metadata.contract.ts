/** media-library-api.md sections 4.5 and 6: metadata by the id and by the URL of a file. */
import { Readable } from 'node:stream'
import NewClient from '@imagekit/nodejs'
import { afterAll, beforeAll, it } from 'vitest'
import { blobKey, hexId } from '../../src/core/ids.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { signed } from '../support/signed.ts'
import { addProject, type Stack, secretKey, type TestServer } from '../support/stack.ts'

export function metadataSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    client = libraryClient(server)
  })
  afterAll(() => server.stop())

  const put = async (fileName: string, file: Buffer, fields: Record<string, string> = {}) =>
    (await client.upload({ file, fileName, useUniqueFileName: 'false', ...fields })).json
  const byId = (id: string) => client.call('GET', `/v1/files/${id}/metadata`)
  const raw = (url: string) => client.call('GET', `/v1/metadata?url=${url}`)
  const encoded = (url: string) => raw(encodeURIComponent(url))

  it('"200 object 4.5", by id and by URL', async ({ expect }) => {
    const bytes = await quarters(64, 48, 'jpeg', 6)
    const { fileId, url, width, height } = await put('turned.jpg', bytes, { folder: 'Été am Meer' })
    const { status, json } = await byId(fileId)
    expect(status).toBe(200)
    expect(json).toEqual({
      width,
      height,
      size: bytes.length,
      format: 'jpg',
      hasColorProfile: expect.any(Boolean),
      quality: expect.any(Number),
      density: expect.any(Number),
      hasTransparency: false,
      pHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      exif: {
        image: expect.objectContaining({ Orientation: 6 }),
        thumbnail: {},
        exif: expect.any(Object),
        gps: {},
        interoperability: {},
        makernote: {},
      },
    })
    const details = (await client.call('GET', `/v1/files/${fileId}/details`)).json
    const transformed = `${server.url}/default/tr:w-10,h-10/%C3%89t%C3%A9_am_Meer/turned.jpg`
    for (const given of [url, details.url, details.thumbnail, decodeURI(url), transformed]) {
      // As they are (client v6), and encoded (client v7).
      for (const answer of [await raw(encodeURI(decodeURI(given))), await encoded(given)]) {
        expect([answer.status, answer.json], given).toEqual([200, json])
      }
    }
  })

  it('client 7 gets it by either way', async ({ expect }) => {
    const { fileId, url } = await put('clients.png', await quarters(20, 10))
    const { json } = await byId(fileId)
    const current = new NewClient({ privateKey: secretKey, baseURL: server.url })
    expect(await current.files.metadata.get(fileId)).toEqual(json)
    expect(await current.files.metadata.getFromURL({ url: `${url}?updatedAt=1&tr=w-5` })).toEqual(json)
  })

  it('a version has its own by its URL', async ({ expect }) => {
    const { fileId } = await put('v.png', await quarters(10, 10))
    await put('v.png', await quarters(30, 10))
    const [current, old] = (await client.call('GET', `/v1/files/${fileId}/versions`)).json
    expect((await raw(current.url)).json.width).toBe(30)
    expect((await raw(old.url)).json.width).toBe(10)
    expect((await byId(fileId)).json.width).toBe(30)
    const unknown = old.url.replace(/ik-obj-version=[0-9a-f]+/, `ik-obj-version=${'a'.repeat(24)}`)
    expect((await raw(unknown)).status).toBe(404)
    expect((await raw(`${old.url.split('?')[0]}?ik-obj-version=x`)).status).toBe(400)
  })

  it('"400 corrupt file"; other files have size and format', async ({ expect }) => {
    const whole = await quarters(40, 30, 'jpeg')
    const { fileId } = await put('cut.jpg', whole.subarray(0, 24))
    const corrupt = await byId(fileId)
    expect([corrupt.status, corrupt.json]).toEqual([400, { message: expect.any(String), help: expect.any(String) }])
    const text = await put('a.txt', Buffer.from('no picture'))
    const { status, json } = await byId(text.fileId)
    expect([status, json]).toEqual([200, { size: 10, format: 'txt' }])
  })

  it('a picture whose description was not kept is looked at again', async ({ expect }) => {
    const { fileId } = await put('again.png', await quarters(16, 8))
    const before = (await byId(fileId)).json
    const key = blobKey('default')
    const { size, sha256, crc32 } = await server.composed.blobs.put(key, Readable.from([await quarters(16, 8)]))
    const file = hexId(Date.now())
    await server.composed.store.tx(async ({ assets, blobs }) => {
      const found = await assets.find('default', fileId)
      if (found === undefined) throw new Error('There is no such file.')
      const { folderPath: _, ...asset } = found
      const facts = { size, sha256, crc32, type: 'image/png', encryption: null, refs: 1, created: 1 }
      await blobs.insert({ key, project: 'default', ...facts })
      await assets.insert({ ...asset, id: file, file, name: 'bare.png', blob: key })
    })
    expect((await byId(file)).json).toEqual(before)
  })

  it('malformed ids and URLs 400, unknown ones 404, another project’s are unknown', async ({ expect }) => {
    const { fileId, url } = await put('mine.png', await quarters(8, 8))
    const stranger = libraryClient(server, (await addProject(server, 'stranger')).secretKey)
    expect((await byId('x')).status).toBe(400)
    expect((await byId('a'.repeat(24))).status).toBe(404)
    expect((await stranger.call('GET', `/v1/files/${fileId}/metadata`)).status).toBe(404)
    expect((await stranger.call('GET', `/v1/metadata?url=${url}`)).status).toBe(404)
    const endpoint = `${server.url}/default`
    const wrong: [string, number][] = [
      ['', 400],
      ['nonsense', 400],
      ['%zz', 400],
      ['ftp://127.0.0.1/default/mine.png', 400],
      ['https://example.com/default/mine.png', 400],
      [`${endpoint}/none.png`, 404],
      [`${endpoint}/`, 404],
      [endpoint, 404],
      [`${server.url}/stranger/mine.png`, 404],
      [`${endpoint}/../stranger/mine.png`, 404],
      [`${endpoint}/mine.png%00`, 404],
      [`${endpoint}/%2e%2e/default/none.png`, 404],
      [`${endpoint}%2Fmine.png`, 404],
      [`${endpoint}/${'a'.repeat(4000)}.png`, 404],
    ]
    for (const [given, status] of wrong) expect((await raw(given)).status, given).toBe(status)
    expect((await client.call('GET', '/v1/metadata')).json.message).toBe('Your request is missing url parameter.')
    expect((await client.call('GET', `/v1/metadata?other=1&url=${url}`)).status).toBe(200)
  })

  it('"URL deliverable by this account": a draft is not, a private file only by a signed URL', async ({ expect }) => {
    const draft = await put('draft.png', await quarters(8, 8), { isPublished: 'false' })
    const hidden = await put('hidden.png', await quarters(8, 8), { isPrivateFile: 'true' })
    for (const { url, fileId } of [draft, hidden]) {
      expect((await raw(url)).status).toBe(400)
      expect((await byId(fileId)).status).toBe(200)
    }
    const path = new URL(hidden.url).pathname.replace('/default/', '')
    expect((await raw(`${server.url}/default/${signed(path)}`)).status).toBe(200)
    expect((await raw(`${hidden.url}?ik-t=9999999999&ik-s=abc`)).status).toBe(400)
  })
}
