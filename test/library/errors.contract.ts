/** media-library-api.md sections 1, 3.1, 3.2 and 3.3: what every answer has, errors first. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { type Stack, secretKey, type TestServer } from '../support/stack.ts'
import { rawBytes, send, type WireAnswer } from '../support/wire.ts'

export function errorSuite(stack: Stack): void {
  let server: TestServer
  const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`

  beforeAll(async () => {
    server = await stack.start({ SUPPORT_CONTACT: 'help@shop.example' })
  })
  afterAll(() => server.stop())

  const call = (method: string, path: string, body = '', headers: Record<string, string> = {}) =>
    send(`${server.url}${path}`, method, { authorization, 'content-type': 'application/json', ...headers }, body)
  const help = 'For support kindly contact us at help@shop.example .'
  const unknownFile = `/v1/files/${'a'.repeat(24)}/details`

  /** The id under both names, in the letters of the contract. */
  const idsOf = ({ rawHeaders }: WireAnswer) =>
    ['x-ik-requestId', 'X-Request-Id'].map((name) => rawHeaders[rawHeaders.indexOf(name) + 1])

  describe('3.1 "x-ik-requestId, every answer, success or error; the same value also as X-Request-Id"', () => {
    const answers: [string, () => Promise<WireAnswer>][] = [
      ['404', () => call('GET', unknownFile)],
      ['400', () => call('GET', '/v1/files/nonsense/details')],
      ['401', () => send(`${server.url}${unknownFile}`, 'GET')],
      ['403', () => call('GET', unknownFile, '', { authorization: 'Basic nobody' })],
      ['405', () => call('DELETE', '/api/v1/files/upload')],
      ['404 of an unknown path', () => call('GET', '/v1/nothing')],
      ['404 of an unknown path below a known one', () => call('GET', '/v1/files/a/b/c/d')],
      ['404 of an unknown path below /api', () => call('GET', '/api/v3/files/upload')],
      ['400 of a malformed path', () => call('GET', '/v1/files/%zz/details')],
      ['413 or 400 of a broken form', () => call('POST', '/api/v1/files/upload', '{')],
    ]
    it.for(answers)('%s', async ([, ask], { expect }) => {
      const answer = await ask()
      const [own, common] = idsOf(answer)
      expect(own).toMatch(/^[0-9a-f]{32}$/)
      expect(common).toBe(own)
      expect(answer.headers['content-type']).toContain('application/json')
      expect(answer.json.message).toMatch(/\S{3,}/)
    })
    it('success', async ({ expect }) => {
      const client = libraryClient(server)
      const { json } = await client.upload({ file: await quarters(8, 8), fileName: 'a.png' })
      const answer = await call('GET', `/v1/files/${json.fileId}/details`)
      expect(answer.status).toBe(200)
      expect(idsOf(answer)[0]).toBe(idsOf(answer)[1])
    })
  })

  describe('3.2 "message always; help nearly always"', () => {
    it('with the contact of the installation', async ({ expect }) => {
      expect((await call('GET', unknownFile)).json).toEqual({ message: 'The requested file does not exist.', help })
      expect((await send(`${server.url}${unknownFile}`, 'GET')).json).toEqual({
        message: 'Your request does not contain private API key.',
        help,
      })
    })
  })

  describe('3.3 unknown paths and verbs', () => {
    it.for(['/v1/nothing', '/v1/files/a/b/c/d', '/api/v3/files/upload', '/api', '/v1'])(
      '"404 (unknown /v1 or /api path: the union body …)": %s',
      async (path, { expect }) => {
        const { status, json } = await call('GET', path)
        expect(status).toBe(404)
        const { message } = json
        expect(json).toEqual({
          name: 'Not Found',
          message: expect.stringContaining('/docs'),
          code: 0,
          status: 404,
          error: { type: 'HTTP Error', message, code: '404' },
          help: expect.any(String),
        })
      },
    )
    it('"405 (known path, other method: this section\'s error body and Allow)"', async ({ expect }) => {
      const { status, json, headers } = await call('GET', '/api/v1/files/upload')
      expect(status).toBe(405)
      expect(headers.allow).toBe('POST')
      expect(json).toEqual({ message: expect.stringContaining('POST'), help })
      expect((await call('DELETE', unknownFile)).headers.allow).toBe('GET, HEAD')
    })
  })

  describe('1 "Accept an optional trailing slash everywhere", CORS', () => {
    it('a slash at the end', async ({ expect }) => {
      expect((await call('GET', `${unknownFile}/`)).json.message).toBe('The requested file does not exist.')
    })
    it('"browser uploads come from any origin"', async ({ expect }) => {
      const preflight = await send(`${server.url}/api/v1/files/upload`, 'OPTIONS', {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers['access-control-allow-headers']).toMatch(/Authorization.*Idempotency-Key/)
      const { headers } = await call('GET', unknownFile, '', { origin: 'https://shop.example' })
      expect(headers['access-control-allow-origin']).toMatch(/^(\*|https:\/\/shop\.example)$/)
      expect(headers['access-control-expose-headers']).toMatch(/x-ik-requestId.*X-RateLimit-Reset/)
    })
  })

  it('a request that is cut off changes nothing and stops nobody', async ({ expect }) => {
    const head = `POST /api/v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n`
    await rawBytes(server.authority, head, 100)
    expect((await call('GET', unknownFile)).status).toBe(404)
  })
}
