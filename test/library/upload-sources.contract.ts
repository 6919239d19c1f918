/** media-library-api.md section 5.1: `file` as a file part, a URL, a data URI and bare base64. */
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { basic, formParts, orphans, postForm } from '../support/upload-form.ts'
import { multipart } from '../support/wire.ts'

export function uploadSourcesSuite(stack: Stack): void {
  let server: TestServer
  let guarded: TestServer
  let client: LibraryClient
  let origin: Origin
  let picture: Buffer

  beforeAll(async () => {
    picture = await quarters(80, 60, 'jpeg')
    origin = await startOrigin(({ path }, response) => {
      if (path === '/missing.jpg') return response.writeHead(404).end('no')
      if (path === '/large.jpg') return response.writeHead(200).end(Buffer.alloc(5_000_000))
      if (path === '/torn.jpg') {
        response.writeHead(200, { 'content-length': '1000' }).write(picture.subarray(0, 100))
        setTimeout(() => response.destroy(), 50)
        return
      }
      if (path === '/back.jpg') return response.writeHead(302, { location: `${server.url}/v1/files` }).end()
      return response.writeHead(200, { 'content-type': 'text/html' }).end(picture)
    })
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1', MAX_UPLOAD_BYTES: '4000000' })
    guarded = await stack.start()
    client = libraryClient(server)
  })
  afterAll(async () => {
    await Promise.all([server.stop(), guarded.stop(), origin.stop()])
  })

  const upload = (file: string | Buffer, by = client) => by.upload({ file, fileName: 'a.jpg' })
  const storedSize = async (file: string) => {
    const { status, json } = await upload(file)
    return status === 200 ? json.size : `${status} ${json.message}`
  }

  describe('a URL', () => {
    it('is fetched through the guard', async ({ expect }) => {
      expect((await upload(`${origin.url}/ok.jpg?x=1`)).json).toMatchObject({ size: picture.length, width: 80 })
      expect((await upload(`HTTP${origin.url.slice(4)}/ok.jpg`)).status).toBe(200)
      const refused = await upload(`${origin.url}/ok.jpg`, libraryClient(guarded))
      expect(refused.status).toBe(400)
    })
    it('that gives no file: 400 and nothing kept', async ({ expect }) => {
      const urls = [`${origin.url}/missing.jpg`, `${origin.url}/torn.jpg`, 'http://', `http://x/${'a'.repeat(9000)}`]
      for (const url of urls) expect((await upload(url)).status).toBe(400)
      const large = await upload(`${origin.url}/large.jpg`)
      expect(large.status).toBe(400)
      expect(await orphans(server)).toEqual([])
    })
    it('of this server itself is refused with the way out', async ({ expect }) => {
      for (const url of [`${server.url}/default/a.jpg`, `${origin.url}/back.jpg`]) {
        const { status, json } = await upload(url)
        expect([status, json.message]).toEqual([400, expect.stringContaining('this server itself')])
      }
    })
  })

  describe('text', () => {
    it('base64 in every spelling, data URIs with base64 and without', async ({ expect }) => {
      const base64 = picture.toString('base64')
      const spelt = [
        base64,
        base64.replace(/=+$/, ''),
        picture.toString('base64url'),
        base64.replaceAll(/.{76}/g, '$&\r\n'),
        `  ${base64}\n`,
        `data:image/jpeg;base64,${base64}`,
        `DATA:image/jpeg;name=a.jpg;BASE64,${base64}`,
        `data:image/jpeg,${[...picture].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
      ]
      for (const text of spelt) expect(await storedSize(text)).toBe(picture.length)
      expect(await storedSize('data:,hello%20there')).toBe(11)
      expect(await storedSize('aA')).toBe(1)
    })
    it('that is nothing of it: 400', async ({ expect }) => {
      for (const text of ['this is no file!', 'A', 'QUI=QUI=', 'data:image/png;base64', 'data:,%2', 'data:,%zz', 'ä'])
        expect(await storedSize(text)).toMatch(/^400 Your request contains invalid file parameter\. /)
      expect(await storedSize('')).toBe('400 Your request is missing file parameter.')
      expect(await orphans(server)).toEqual([])
    })
    it('is streamed: longer than any field, and bounded by the size of what it holds', async ({ expect }) => {
      expect(await storedSize(Buffer.alloc(3_000_000, 7).toString('base64'))).toBe(3_000_000)
      expect(await storedSize(Buffer.alloc(4_000_001, 7).toString('base64'))).toBe(
        '400 Your request contains invalid file parameter. The file size exceeds limits.',
      )
      expect(await orphans(server)).toEqual([])
    })
  })

  it('a file part left blank is a missing file; an empty one with a name is an empty file', async ({ expect }) => {
    const parts = formParts([['fileName', 'a.txt']])
    const blank = {
      headers: ['Content-Disposition: form-data; name="file"; filename=""', 'Content-Type: application/octet-stream'],
    }
    const named = { headers: ['Content-Disposition: form-data; name="file"; filename="a.txt"'] }
    const answers = []
    for (const { headers } of [blank, named]) {
      const form = multipart([...parts, { headers, body: '' }])
      const response = await fetch(`${server.url}/api/v1/files/upload`, {
        method: 'POST',
        headers: { ...basic(), ...form.headers },
        body: new Uint8Array(form.body),
      })
      answers.push([response.status, await response.json()])
    }
    expect(answers).toEqual([
      [400, expect.objectContaining({ message: 'Your request is missing file parameter.' })],
      [200, expect.objectContaining({ size: 0, fileType: 'non-image' })],
    ])
  })

  it('a client that goes away leaves nothing', async ({ expect }) => {
    const form = multipart(
      formParts([
        ['file', Buffer.alloc(2_000_000, 1)],
        ['fileName', 'a.bin'],
      ]),
    )
    const outgoing = request(`${server.url}/api/v1/files/upload`, {
      method: 'POST',
      headers: { ...basic(), ...form.headers, 'content-length': form.body.length },
    })
    outgoing.on('error', () => undefined)
    outgoing.write(form.body.subarray(0, 1_500_000))
    await sleep(100)
    outgoing.destroy()
    expect(await orphans(server)).toEqual([])
    const { json } = await postForm(
      server,
      [
        ['file', picture],
        ['fileName', 'after.jpg'],
      ],
      { headers: basic() },
    )
    expect(json.name).toMatch(/^after_/)
  })
}
