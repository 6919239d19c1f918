/** Section 4.1, cloud_file: files that the server fetches, in three encodings, and every URL that it must not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Origin, startOrigin } from '../support/origin.ts'
import { quarters } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { dotnetField, multipart, send } from '../support/wire.ts'

export function cloudFileSuite(stack: Stack): void {
  let origin: Origin
  let server: TestServer
  let guarded: TestServer
  let client: TasksClient
  let picture: Buffer

  beforeAll(async () => {
    picture = await quarters(80, 60, 'jpeg')
    origin = await startOrigin(({ path, headers }, response) => {
      const { pathname, searchParams } = new URL(path, 'http://origin')
      const redirect = (to: string) => response.writeHead(302, { location: to }).end()
      if (pathname === '/redirect') return redirect(searchParams.get('to') ?? '/ok.jpg')
      if (pathname.startsWith('/hops/')) {
        const left = Number(pathname.slice(6))
        return redirect(left <= 1 ? '/ok.jpg' : `/hops/${left - 1}`)
      }
      if (pathname === '/missing.jpg') return response.writeHead(404).end('no')
      if (pathname === '/broken.jpg') return response.writeHead(500).end('no')
      if (pathname === '/token.jpg' && headers.authorization !== 'Bearer s3cret') return response.writeHead(401).end()
      if (pathname === '/torn.jpg') {
        response.writeHead(200, { 'content-length': '1000' }).write(picture.subarray(0, 100))
        setTimeout(() => response.destroy(), 50)
        return
      }
      if (pathname === '/slow.jpg') {
        response.writeHead(200, { 'content-type': 'image/jpeg' }).write(picture.subarray(0, 100))
        return
      }
      if (pathname === '/large.jpg') {
        response.writeHead(200)
        return response.end(Buffer.alloc(300_000))
      }
      if (pathname === '/announced.jpg') return response.writeHead(200, { 'content-length': '999999999' }).write('x')
      return response.writeHead(200, { 'content-type': 'image/jpeg' }).end(picture)
    })
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1', MAX_UPLOAD_BYTES: '200000', FETCH_TIMEOUT_MS: '2000' })
    guarded = await stack.start()
    client = await TasksClient.of(server)
  })
  afterAll(async () => {
    await server.stop()
    await guarded.stop()
    await origin.stop()
  })

  const fetchFile = async (url: string, more: Record<string, string> = {}, by = client) => {
    const task = await by.start('resizeimage')
    const answer = await by.call('POST', '/v1/upload', { json: { task, cloud_file: url, ...more } })
    return { task, ...answer }
  }
  const refused = async (url: string, by = client) => {
    const { task, status, json } = await fetchFile(url, {}, by)
    expect(status).toBe(400)
    expect(json.error).toMatchObject({ type: 'UploadError', code: '400', param: { cloud_file: [expect.any(String)] } })
    expect((await by.call('GET', `/v1/task/${task}`)).json.files).toEqual([])
    return json.error.message as string
  }

  describe('4.1 "Accepts three encodings"', () => {
    it('JSON, as the Node clients send it', async () => {
      const { status, json } = await fetchFile(`${origin.url}/ok.jpg`)
      expect(status).toBe(200)
      expect(json).toMatchObject({
        server_filename: expect.stringMatching(/^[0-9a-f]{32}\.jpg$/),
        filename: 'ok.jpg',
        filesize: picture.length,
        width: 80,
      })
    })
    it('a form, as the Python client sends it', async () => {
      const task = await client.start('resizeimage')
      const answer = await client.call('POST', '/v1/upload', {
        form: { task, cloud_file: `${origin.url}/ok.jpg`, rotate: '0' },
      })
      expect(answer.json).toMatchObject({ filename: 'ok.jpg', filesize: picture.length })
    })
    it('multipart without a file, as .NET and PHP send it', async () => {
      const task = await client.start('resizeimage')
      const { headers, body } = multipart([
        dotnetField('task', task),
        dotnetField('cloud_file', `${origin.url}/ok.jpg`),
      ])
      const answer = await send(
        `${server.url}/v1/upload`,
        'POST',
        { authorization: `Bearer ${client.token}`, ...headers },
        body,
      )
      expect(answer.json).toMatchObject({ filename: 'ok.jpg', width: 80 })
    })
  })

  it('names the file by filename, else by the last part of the final URL', async () => {
    expect((await fetchFile(`${origin.url}/x`, { filename: 'awesome.jpeg' })).json.filename).toBe('awesome.jpeg')
    expect((await fetchFile(`${origin.url}/a/%D1%84%D0%BE%D1%82%D0%BE.jpg?size=1`)).json.filename).toBe('фото.jpg')
    expect((await fetchFile(`${origin.url}/a%2F..%2Fb.jpg`)).json.filename).not.toMatch(/[/\\]/)
    expect((await fetchFile(`${origin.url}/`)).json.filename).not.toBe('')
    expect((await fetchFile(`${origin.url}/redirect`)).json.filename).toBe('ok.jpg')
  })
  it('"cloud_token: optional bearer token used when fetching"', async () => {
    expect((await fetchFile(`${origin.url}/token.jpg`, { cloud_token: 's3cret' })).status).toBe(200)
    expect(await refused(`${origin.url}/token.jpg`)).toMatch(/401/)
    expect(
      origin.received
        .filter(({ path }) => path === '/ok.jpg')
        .every(({ headers }) => headers.authorization === undefined),
    ).toBe(true)
  })
  it('"follow <= 3 redirects"', async () => {
    expect((await fetchFile(`${origin.url}/hops/3`)).status).toBe(200)
    await refused(`${origin.url}/hops/4`)
  })

  describe('4.1 "bad URL; fetch failed/too large/blocked"', () => {
    it('"Cloud File is not a valid URL."', async () => {
      for (const url of ['nonsense', 'http://', '://x', 'http://[::1', '/etc/passwd']) {
        expect(await refused(url)).toMatch(/Cloud File is not a valid URL/)
      }
    })
    it('another scheme', async () => {
      for (const url of ['ftp://example.com/a.jpg', 'file:///etc/passwd', 'data:image/png;base64,AA', 'gopher://x/'])
        expect(await refused(url)).not.toBe('')
    })
    it('a status that is no success', async () => {
      expect(await refused(`${origin.url}/missing.jpg`)).toMatch(/404/)
      expect(await refused(`${origin.url}/broken.jpg`)).toMatch(/500/)
    })
    it('a dead port and a name that does not exist', async () => {
      await refused('http://127.0.0.1:1/a.jpg')
      await refused('http://no-such-host.invalid/a.jpg')
    })
    it('an answer that breaks off, or takes too long', async () => {
      await refused(`${origin.url}/torn.jpg`)
      await refused(`${origin.url}/slow.jpg`)
    })
    it('"Too large -> 413 … cloud_file too", announced or not', async () => {
      for (const path of ['/large.jpg', '/announced.jpg']) {
        const { status, json } = await fetchFile(`${origin.url}${path}`)
        expect(status).toBe(413)
        expect(json.error).toMatchObject({ type: 'UploadError', code: '413' })
      }
    })
    it('an unknown or foreign task is refused', async () => {
      const answer = await client.call('POST', '/v1/upload', {
        json: { task: 'unknown', cloud_file: `${origin.url}/ok.jpg` },
      })
      expect(answer.json.error).toMatchObject({ type: 'UploadError', param: { task: [expect.any(String)] } })
    })
  })

  describe('4.1 "cloud_file is an SSRF vector: block private/loopback/link-local by default"', () => {
    it.each([
      'http://127.0.0.1/',
      'http://localhost/',
      'http://0.0.0.0/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://0177.0.0.1/',
      'http://10.1.2.3/',
      'http://172.16.0.1/',
      'http://192.168.1.1/',
      'http://169.254.169.254/latest/meta-data',
      'http://100.64.0.1/',
      'http://[::1]/',
      'http://[::]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[::ffff:a00:1]/',
      'http://[64:ff9b::7f00:1]/',
      'http://[fe80::1]/',
      'http://[fd00::1]/',
      'http://[2002:7f00:1::]/',
    ])('%s', async (url) => {
      expect(await refused(url, await TasksClient.of(guarded))).toMatch(/address|private|allowed|blocked/i)
    })
    it('the local origin is not even asked', async () => {
      const before = origin.received.length
      await refused(`${origin.url}/ok.jpg`, await TasksClient.of(guarded))
      expect(origin.received.length).toBe(before)
    })
    it('"redirects with re-check"', async () => {
      await refused(`${origin.url}/redirect?to=${encodeURIComponent('http://10.255.255.1/a.jpg')}`)
      await refused(`${origin.url}/redirect?to=${encodeURIComponent('file:///etc/passwd')}`)
    })
    it('an address of this server itself, directly and by a redirect, even when allowed', async () => {
      expect(await refused(`${server.url}/v1/info`)).toMatch(/this server/)
      expect(await refused(`${server.url.replace('127.0.0.1', 'localhost')}/livez`)).not.toBe('')
      expect(await refused(`${origin.url}/redirect?to=${encodeURIComponent(`${server.url}/livez`)}`)).toMatch(
        /this server/,
      )
    })
  })
}
