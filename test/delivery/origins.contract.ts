/** Origins behind URL endpoints (image-urls.md sections 1, 10 and 11; media-library-api.md section 12). */
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { libraryClient } from '../support/library-client.ts'
import { type Origin, type Received, startOrigin } from '../support/origin.ts'
import { photo, quarters } from '../support/pictures.ts'
import { signed } from '../support/signed.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const freshMs = 60_000

export function originSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let origin: Origin
  let picture: Buffer
  let now = Date.UTC(2026, 5, 1)
  /** What the origin answers, by path without query. */
  let answers: Record<string, (request: Received, response: ServerResponse) => void>

  beforeAll(async () => {
    picture = await photo(400, 300)
    origin = await startOrigin((request, response) => {
      const found = answers[request.path.split('?')[0] ?? '']
      if (found === undefined) response.writeHead(404).end('nothing here')
      else found(request, response)
    })
    const settings = {
      FETCH_ALLOW: '127.0.0.1',
      DELIVERY_ORIGIN_FRESH_MS: String(freshMs),
      DELIVERY_MAX_INPUT_BYTES: '200000',
    }
    server = await stack.start(settings, { now: () => now })
    client = deliveryClient(server)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })
  beforeEach(() => {
    answers = { '/files/a.jpg': give(picture), '/files/deep/b%20c.jpg': give(picture) }
    origin.received.length = 0
  })

  const give =
    (bytes: Buffer, headers = {}) =>
    (_: Received, response: ServerResponse) =>
      response.writeHead(200, { 'content-type': 'text/plain', ...headers }).end(bytes)
  const call = (method: string, path: string, json: unknown) => libraryClient(server).call(method, path, { json })
  const addOrigin = async (members: object) => (await call('POST', '/v1/accounts/origins', members)).json.id as string
  let count = 0
  /** A new endpoint over the origins; returns its prefix. */
  const over = async (...origins: object[]) => {
    const ids = await Promise.all(origins.map(addOrigin))
    count += 1
    const urlPrefix = `web-${count}`
    const made = await call('POST', '/v1/accounts/url-endpoints', { description: 'x', urlPrefix, origins: ids })
    expect(made.status).toBe(201)
    return urlPrefix
  }
  const folder = (baseUrl = `${origin.url}/files`) => ({ type: 'WEB_FOLDER', name: 'Folder', baseUrl })

  describe('a web folder', () => {
    it('gives what the library does not have, and the library comes first', async () => {
      const at = await over(folder())
      expect((await client.see(`${at}/a.jpg?tr=w-200`)).picture).toMatchObject({ width: 200, height: 150 })
      expect((await client.see(`${at}/tr:w-100/deep/b%20c.jpg`)).picture.width).toBe(100)
      expect((await client.get('a.jpg')).status).toBe(404)
      await client.upload('own.jpg', await quarters(40, 30, 'jpeg'))
      origin.received.length = 0
      expect((await client.see(`${at}/own.jpg`)).picture.width).toBe(40)
      expect(origin.received).toEqual([])
    })

    it('on the default endpoint, too, and the first origin that has it counts', async () => {
      answers['/second/only.jpg'] = give(await quarters(20, 10, 'jpeg'))
      answers['/second/a.jpg'] = give(await quarters(20, 10, 'jpeg'))
      const ids = [await addOrigin(folder()), await addOrigin(folder(`${origin.url}/second`))]
      await call('PUT', '/v1/accounts/url-endpoints/default', { description: 'x', urlPrefix: '', origins: ids })
      expect((await client.see('only.jpg')).picture.width).toBe(20)
      expect((await client.see('a.jpg')).picture.width).toBe(400)
      await call('PUT', '/v1/accounts/url-endpoints/default', { description: 'x', urlPrefix: '', origins: [] })
      expect((await client.get('a.jpg')).status).toBe(404)
    })

    it('is asked once while the file is fresh, then with what it said of the file', async () => {
      answers['/files/a.jpg'] = ({ headers }, response) => {
        if (headers['if-none-match'] === '"one"') response.writeHead(304).end()
        else response.writeHead(200, { etag: '"one"', 'last-modified': 'Mon, 01 Jun 2026 00:00:00 GMT' }).end(picture)
      }
      const at = await over(folder())
      const all = await Promise.all([1, 2, 3, 4].map((n) => client.get(`${at}/a.jpg?tr=w-${n * 10 + 40}`)))
      expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
      expect(origin.received.length).toBe(1)
      const first = await client.get(`${at}/a.jpg`)
      now += freshMs + 1
      const second = await client.get(`${at}/a.jpg`)
      expect(second.headers.etag).toBe(first.headers.etag)
      expect(origin.received.length).toBe(2)
      expect(origin.received[1]?.headers).toMatchObject({
        'if-none-match': '"one"',
        'if-modified-since': 'Mon, 01 Jun 2026 00:00:00 GMT',
      })
      // Fresh again.
      await client.get(`${at}/a.jpg`)
      expect(origin.received.length).toBe(2)
    })

    it('that changed is seen, that is gone is gone, that is down for a moment is not missed', async () => {
      const at = await over(folder())
      const width = async () => (await client.see(`${at}/a.jpg`)).picture.width
      expect(await width()).toBe(400)
      answers['/files/a.jpg'] = give(await quarters(60, 40, 'jpeg'))
      expect(await width()).toBe(400)
      now += freshMs + 1
      expect(await width()).toBe(60)
      answers['/files/a.jpg'] = (_, response) => response.writeHead(503).end()
      now += freshMs + 1
      expect(await width()).toBe(60)
      delete answers['/files/a.jpg']
      // Answers may be given again for a second.
      now += 1000
      expect((await client.get(`${at}/a.jpg`)).status).toBe(404)
    })

    it('what was fetched is no file of the library', async () => {
      const at = await over(folder())
      await client.get(`${at}/a.jpg`)
      const listed = await libraryClient(server).call('GET', '/v1/files?name=a.jpg')
      expect(listed.json).toEqual([])
    })

    it('a canonical link, where the origin wants it', async () => {
      const canonical = { includeCanonicalHeader: true, baseUrlForCanonicalHeader: 'https://shop.example/pics' }
      const at = await over({ ...folder(), ...canonical })
      const { headers } = await client.get(`${at}/deep/b%20c.jpg`)
      expect(headers.link).toBe('<https://shop.example/pics/deep/b%20c.jpg>; rel="canonical"')
    })
  })

  it('"Origins can mark objects private by header Is-Private-File: true"', async () => {
    answers['/files/a.jpg'] = give(picture, { 'is-private-file': 'true' })
    const at = await over(folder())
    expect((await client.get(`${at}/a.jpg`)).status).toBe(401)
    expect((await client.get(signed(`${at}/a.jpg`, { rest: 'a.jpg' }))).status).toBe(200)
    expect((await client.get(`${at}/a.jpg?tr=n-ik_ml_thumbnail`)).status).toBe(200)
  })

  describe('a web proxy', () => {
    it('"<endpoint>/<percent-encoded absolute URL>", and not encoded', async () => {
      const at = await over({ type: 'WEB_PROXY', name: 'Proxy' })
      answers['/x.jpg'] = ({ path }, response) =>
        give(path === '/x.jpg?size=2' ? picture : Buffer.from('no'))({} as never, response)
      const url = `${origin.url}/x.jpg?size=2`
      expect((await client.see(`${at}/${encodeURIComponent(url)}?tr=w-200`)).picture.width).toBe(200)
      expect((await client.see(`${at}/tr:w-100/${encodeURIComponent(url)}`)).picture.width).toBe(100)
      expect((await client.see(`${at}/${origin.url}/files/a.jpg?tr=w-50`)).picture.width).toBe(50)
      // Only where the endpoint has one.
      expect((await client.get(encodeURIComponent(url))).status).toBe(404)
      expect((await client.get(`${await over(folder())}/${encodeURIComponent(url)}`)).status).toBe(404)
    })
    it('reaches no private address and not this server itself', async () => {
      const at = await over({ type: 'WEB_PROXY', name: 'Proxy' })
      for (const url of [
        'http://10.0.0.1/x.jpg',
        'http://localhost:1/x',
        'http://169.254.169.254/latest/',
        'http://[::1]/x',
      ]) {
        const { status, headers } = await client.get(`${at}/${encodeURIComponent(url)}`)
        expect({ url, status, error: headers['ik-error'] }).toMatchObject({
          url,
          status: 502,
          error: expect.stringMatching(/^ECONNREFUSED - /),
        })
      }
      await client.upload('mine.jpg', picture, { isPrivateFile: 'true' })
      expect((await client.get(`${at}/${encodeURIComponent(`${server.url}/default/mine.jpg`)}`)).status).toBe(404)
    })
  })

  describe('buckets', () => {
    const bucket = (more: object) => ({
      type: 'S3_COMPATIBLE',
      name: 'Bucket',
      bucket: 'photos',
      prefix: '/in/',
      endpoint: origin.url,
      s3ForcePathStyle: true,
      accessKey: 'AK',
      secretKey: 'a secret',
      ...more,
    })
    it('are asked with a signature, and in the region that they name', async () => {
      answers['/photos/in/a%20%28b%29.jpg'] = ({ headers }, response) => {
        if (headers.authorization?.includes('/eu-south-9/'))
          return give(picture, { 'x-amz-meta-isprivatefile': 'true' })({} as never, response)
        response.writeHead(400, { 'x-amz-bucket-region': 'eu-south-9' }).end('<Error/>')
      }
      const at = await over(bucket({}))
      expect((await client.get(`${at}/a%20(b).jpg`)).status).toBe(401)
      expect((await client.see(`${at}/a%20(b).jpg?tr=n-ik_ml_thumbnail`)).picture.width).toBe(400)
      expect(origin.received.map(({ headers }) => headers.authorization)).toEqual([
        expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AK\/\d{8}\/us-east-1\/s3\/aws4_request,/),
        expect.stringMatching(/\/eu-south-9\/s3\/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,/),
      ])
    })
    it('"EACCES (origin auth)"', async () => {
      answers['/photos/in/a.jpg'] = (_, response) => response.writeHead(403).end()
      const at = await over(bucket({}))
      const { status, headers, text } = await client.get(`${at}/a.jpg`)
      expect([status, text]).toEqual([404, 'Not Found\n'])
      expect(headers['ik-error']).toMatch(/^EACCES - /)
      expect(headers['ik-error']).not.toMatch(/secret/)
      // The next origin may have it.
      expect((await client.get(`${await over(bucket({}), folder())}/a.jpg`)).status).toBe(200)
    })
    it('that cannot be asked say so', async () => {
      const gcs = { type: 'GCS', name: 'G', bucket: 'b', clientEmail: 'a@b.example', privateKey: 'x' }
      expect((await client.get(`${await over(gcs)}/a.jpg`)).headers['ik-error']).toMatch(/^EACCES - .*privateKey/)
    })
  })

  describe('Akeneo', () => {
    const code = '7/5/8/e/758e_shoe.jpg'
    const pim = () => ({
      type: 'AKENEO_PIM',
      name: 'PIM',
      baseUrl: `${origin.url}/pim`,
      clientId: 'the id',
      clientSecret: 'the secret',
      username: 'reader',
      password: 'pass word',
    })
    let tokens: number
    const asked = () => origin.received.map(({ method, path }) => `${method} ${path.replace('/pim/api/', '')}`)

    beforeEach(() => {
      tokens = 0
      answers['/pim/api/oauth/v1/token'] = ({ method, headers, body }, response) => {
        const basic = `Basic ${Buffer.from('the id:the secret').toString('base64')}`
        const sent = JSON.parse(body.toString())
        const known = { grant_type: 'password', username: 'reader', password: 'pass word' }
        if (method !== 'POST' || headers.authorization !== basic || JSON.stringify(sent) !== JSON.stringify(known)) {
          return response.writeHead(422).end('{"code":422,"message":"No user found"}')
        }
        tokens += 1
        response.end(JSON.stringify({ access_token: `token-${tokens}`, expires_in: 3600, token_type: 'bearer' }))
      }
      const guarded =
        (bytes: Buffer) =>
        ({ headers }: Received, response: ServerResponse) =>
          headers.authorization === `Bearer token-${tokens}` ? response.end(bytes) : response.writeHead(401).end()
      answers[`/pim/api/rest/v1/media-files/${code}/download`] = guarded(picture)
      answers['/pim/api/rest/v1/asset-media-files/1/2/look%20book.jpg'] = guarded(picture)
    })

    it('gives files by their code: of products, then of the asset manager; one token serves all', async () => {
      const at = await over(pim())
      expect((await client.see(`${at}/${code}?tr=w-200`)).picture.width).toBe(200)
      expect((await client.see(`${at}/1/2/look%20book.jpg?tr=w-100`)).picture.width).toBe(100)
      expect((await client.get(`${at}/no/such.jpg`)).status).toBe(404)
      expect(asked()).toEqual([
        'POST oauth/v1/token',
        `GET rest/v1/media-files/${code}/download`,
        'GET rest/v1/media-files/1/2/look%20book.jpg/download',
        'GET rest/v1/asset-media-files/1/2/look%20book.jpg',
        'GET rest/v1/media-files/no/such.jpg/download',
        'GET rest/v1/asset-media-files/no/such.jpg',
      ])
    })

    it('a token that has run out, or was withdrawn, is replaced', async () => {
      const at = await over(pim())
      await client.see(`${at}/${code}?tr=w-40`)
      now += 3_600_000
      await client.see(`${at}/${code}?tr=w-50`)
      expect(tokens).toBe(2)
      // Withdrawn: the next one counts.
      tokens += 5
      now += freshMs + 1
      expect((await client.see(`${at}/${code}?tr=w-60`)).picture.width).toBe(60)
      expect(tokens).toBe(8)
    })

    it('credentials that it refuses are EACCES, and are not told', async () => {
      const { status, headers } = await client.get(`${await over({ ...pim(), password: 'wr0ng' })}/${code}`)
      expect([status, headers['ik-error']]).toEqual([404, expect.stringMatching(/^EACCES - .*refused its credentials/)])
      expect(JSON.stringify(headers)).not.toMatch(/wr0ng|the secret/)
      answers['/pim/api/oauth/v1/token'] = (_, response) => response.end('<html>')
      expect((await client.get(`${await over(pim())}/${code}`)).status).toBe(502)
    })
  })

  it('forwardHostHeaderToOrigin: the folder is asked with the host that image URLs have', async () => {
    const known = await stack.start({ FETCH_ALLOW: '127.0.0.1', DELIVERY_URL: 'https://pictures.example:8443/x' })
    const host = async (forwardHostHeaderToOrigin: boolean) => {
      const { json } = await libraryClient(known).call('POST', '/v1/accounts/origins', {
        json: { ...folder(), forwardHostHeaderToOrigin },
      })
      const endpoint = { description: 'x', urlPrefix: `f-${forwardHostHeaderToOrigin}`, origins: [json.id] }
      await libraryClient(known).call('POST', '/v1/accounts/url-endpoints', { json: endpoint })
      expect((await deliveryClient(known).get(`${endpoint.urlPrefix}/a.jpg`)).status).toBe(200)
      return origin.received.at(-1)?.headers.host
    }
    expect(await host(true)).toBe('pictures.example:8443')
    expect(await host(false)).toBe(new URL(origin.url).host)
    await known.stop()
  })

  it('"ECONNREFUSED", and too large a file is ELIMIT', async () => {
    const down = await client.get(`${await over(folder('http://127.0.0.1:1'))}/a.jpg`)
    expect([down.status, down.headers['ik-error']]).toEqual([502, expect.stringMatching(/^ECONNREFUSED - /)])
    answers['/files/large.bin'] = give(Buffer.alloc(300_000))
    const large = await client.get(`${await over(folder())}/large.bin`)
    expect([large.status, large.headers['ik-error']]).toEqual([400, expect.stringMatching(/^ELIMIT - /)])
  })

  it('no origin is asked for odd paths', async () => {
    const at = await over(folder())
    for (const path of ['../a.jpg', '%2e%2e/a.jpg', 'x%2F..%2Fa.jpg', './a.jpg']) {
      expect((await client.get(`${at}/${path}`)).status, path).toBe(404)
    }
    expect(origin.received).toEqual([])
  })
}
