/** Sections 0, 1 and 9: what holds for every answer, whatever the endpoint. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stack, TestServer } from '../support/stack.ts'
import { signToken, TasksClient } from '../support/tasks-client.ts'
import { multipart, quotedField, rawBytes, send } from '../support/wire.ts'

export function protocolSuite(stack: Stack): void {
  let server: TestServer
  let client: TasksClient
  let authorization: string

  beforeAll(async () => {
    server = await stack.start({ LIMITS: 'on' })
    client = await TasksClient.of(server)
    authorization = `Bearer ${await signToken()}`
  })
  afterAll(() => server.stop())

  const url = (path: string) => `${server.url}${path}`

  /** "Every non-2xx body is JSON"; "error.param must never be {}, never an empty nested array, never a number first". */
  function expectError(
    answer: { status: number; json: unknown; headers: unknown },
    status: number,
    type = 'HTTP Error',
  ) {
    expect(answer.status).toBe(status)
    const { error } = answer.json as { error: { type: string; message: string; code: string; param?: unknown } }
    expect(error).toMatchObject({ type, message: expect.stringMatching(/\S{3,}/), code: String(status) })
    if (error.param !== undefined) {
      let leaf: unknown = error.param
      while (typeof leaf === 'object' && leaf !== null) leaf = Object.values(leaf)[0]
      expect(typeof leaf).toBe('string')
    }
  }

  describe('0.12 "Tolerate request bodies on GET and DELETE"', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }

    it('GET with the form body v=php.1.1.17 on start, info, task and download', async () => {
      const started = await send(url('/v1/start/resizeimage'), 'GET', { authorization, ...form }, 'v=php.1.1.17')
      expect(started.status).toBe(200)
      expect((await send(url('/v1/info'), 'GET', { authorization, ...form }, 'v=php.1.1.17')).status).toBe(200)
      const path = `/v1/task/${started.json.task}`
      expect((await send(url(path), 'GET', { authorization, ...form }, 'v=php.1.1.17')).status).toBe(200)
      const download = await send(url(`/v1/download/${started.json.task}`), 'GET', { authorization, ...form }, 'v=x')
      expectError(download, 400, 'DownloadError')
    })
    it('an empty body with Content-Type: application/json on GET and DELETE', async () => {
      const json = { authorization, 'content-type': 'application/json;charset=UTF-8' }
      const started = await send(url('/v1/start/resizeimage'), 'GET', json)
      expect(started.status).toBe(200)
      expect((await send(url(`/v1/task/${started.json.task}`), 'DELETE', json)).status).toBe(200)
    })
    it('DELETE with a form, a JSON, a broken and an odd body', async () => {
      const bodies: [Record<string, string>, string][] = [
        [form, 'v=php.1.1.17'],
        [{ 'content-type': 'application/json' }, '{"v":"x","debug":false}'],
        [{ 'content-type': 'application/json' }, '{broken'],
        [{ 'content-type': 'text/plain' }, 'hello'],
        [{}, 'no type'],
      ]
      for (const [headers, body] of bodies) {
        const task = await client.start('rotateimage')
        expect((await send(url(`/v1/task/${task}`), 'DELETE', { authorization, ...headers }, body)).status).toBe(200)
      }
    })
    it('a connection stays usable after a GET with a body', async () => {
      const head = (body: string) =>
        `GET /v1/info HTTP/1.1\r\nHost: ${server.authority}\r\nAuthorization: ${authorization}\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      const last = `GET /v1/info HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`
      const answer = await rawBytes(server.authority, head('v=php.1.1.17') + head('v=2') + last)
      expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
    })
    it('unknown parameters and v anywhere', async () => {
      expect((await client.call('GET', '/v1/start/resizeimage?v=php.1&x[y]=1')).status).toBe(200)
      const params = {
        task: 'none',
        v: '1',
        token: 'x',
        remainingFiles: 3,
        result: { a: null },
        meta: [],
        debug: false,
      }
      expectError(
        await client.call('POST', '/v1/process', { json: { ...params, files: [{ server_filename: 'a' }] } }),
        400,
        'ProcessingError',
      )
    })
  })

  describe('1 "CORS: enabled for all endpoints … OPTIONS needs no auth"', () => {
    const paths = ['/v1/auth', '/v1/start/resizeimage', '/v1/upload', '/v1/process', '/v1/task/next', '/v1/download/x']

    it('answers a preflight on every endpoint', async () => {
      for (const path of paths) {
        const answer = await send(url(path), 'OPTIONS', {
          origin: 'https://shop.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        })
        expect(answer.status).toBeLessThan(300)
        expect(['*', 'https://shop.example']).toContain(answer.headers['access-control-allow-origin'])
        for (const verb of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
          expect(answer.headers['access-control-allow-methods']).toContain(verb)
        for (const name of ['Authorization', 'Content-Type', 'Accept'])
          expect(answer.headers['access-control-allow-headers']).toContain(name)
        expect(answer.headers['x-request-id']).toBeDefined()
      }
    })
    it('lets scripts read the rate, request-id and download headers, also of errors', async () => {
      for (const headers of [{ authorization }, {}]) {
        const answer = await send(url('/v1/info'), 'GET', { ...headers, origin: 'https://shop.example' })
        expect(['*', 'https://shop.example']).toContain(answer.headers['access-control-allow-origin'])
        const exposed = answer.headers['access-control-expose-headers'] ?? ''
        for (const name of [
          'X-Rate-Limit-Limit',
          'X-Rate-Limit-Remaining',
          'X-Rate-Limit-Reset',
          'X-Request-Id',
          'Content-Disposition',
        ])
          expect(exposed).toContain(name)
      }
    })
  })

  describe('1 "X-Request-Id on every answer", 12 "Rate headers: on every authenticated answer"', () => {
    it('on successes, refusals, unknown paths and pages, always another one', async () => {
      const seen = new Set<string>()
      for (const path of [
        '/v1/info',
        '/v1/task/unknown',
        '/v1/nothing',
        '/v1/download/%zz',
        '/livez',
        '/',
        '/nothing-here',
      ]) {
        const answer = await client.call('GET', path)
        expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
        seen.add(answer.headers.get('x-request-id') ?? '')
      }
      expect(seen.size).toBe(7)
    })
    it('rate headers as numbers', async () => {
      for (const path of ['/v1/info', '/v1/task/unknown']) {
        const { headers } = await client.call('GET', path)
        const limit = Number(headers.get('x-rate-limit-limit'))
        expect(limit).toBeGreaterThan(0)
        expect(Number(headers.get('x-rate-limit-remaining'))).toBeLessThan(limit)
        expect(Number(headers.get('x-rate-limit-reset'))).toBeGreaterThanOrEqual(0)
      }
    })
  })

  describe('9 "404 | unknown /v1 or /api path"', () => {
    it('answers the union body with x-ik-requestId', async () => {
      for (const path of ['/v1/nothing', '/v1', '/v1/', '/api/v1/files', '/v1/start', '/v1/upload/a/b/c']) {
        const answer = await client.call('GET', path)
        expectError(answer, 404)
        expect(answer.json).toMatchObject({ name: 'Not Found', code: 0, status: 404, help: expect.any(String) })
        expect(answer.json.message).toBe(answer.json.error.message)
        expect(answer.headers.get('x-ik-requestid')).toBe(answer.headers.get('x-request-id'))
      }
    })
    it('needs no token and reads a body away', async () => {
      const answer = await send(
        url('/v1/nothing'),
        'POST',
        { 'content-type': 'application/json' },
        JSON.stringify({ a: 'x'.repeat(200_000) }),
      )
      expectError(answer, 404)
    })
  })

  describe('9 "405 | known path, other method; with Allow"', () => {
    it.each([
      ['PUT', '/v1/start/resizeimage', ['GET']],
      ['GET', '/v1/upload', ['POST', 'DELETE']],
      ['GET', '/v1/process', ['POST']],
      ['DELETE', '/v1/auth', ['GET', 'POST']],
      ['POST', '/v1/download/x', ['GET']],
      ['PATCH', '/v1/task/x', ['GET', 'DELETE']],
      ['POST', '/v1/task/x', ['GET', 'DELETE']],
      ['DELETE', '/v1/task/next/', ['GET', 'POST', 'DELETE']],
      ['PUT', '/v1/task', ['GET', 'POST']],
      ['GET', '/v1/upload/delete', ['POST']],
      ['PROPFIND', '/v1/process', ['POST']],
    ])('%s %s', async (method, path, allowed) => {
      // DELETE /v1/task/next is a DELETE of a task named next.
      if (method === 'DELETE' && path.startsWith('/v1/task/next')) {
        expectError(await client.call(method, path), 404, 'TaskNotFound')
        return
      }
      const answer = await send(url(path), method, { authorization })
      expectError(answer, 405)
      const allow = (answer.headers.allow ?? '').split(', ')
      for (const verb of allowed) expect(allow).toContain(verb)
      expect(allow).not.toContain(method)
    })
  })

  describe('9 "413/415 | body too large / not parsable", 414, 431, malformed escapes', () => {
    it('413 for a JSON, form and multipart field above the limit', async () => {
      const large = 'x'.repeat(1_200_000)
      expectError(await client.call('POST', '/v1/process', { json: { task: large } }), 413, 'UploadError')
      expectError(await client.call('POST', '/v1/process', { form: { task: large } }), 413, 'UploadError')
      const { headers, body } = multipart([quotedField('task', large)])
      expectError(await send(url('/v1/process'), 'POST', { authorization, ...headers }, body), 413, 'UploadError')
    })
    it('415 for a body of another type or of none', async () => {
      for (const type of ['text/plain', 'application/xml', 'image/jpeg', 'multipart/mixed; boundary=x']) {
        const answer = await send(url('/v1/process'), 'POST', { authorization, 'content-type': type }, '<task/>')
        expectError(answer, 415, 'UploadError')
        expect(answer.json.error.message).toMatch(/multipart\/form-data/)
      }
      expectError(await send(url('/v1/upload'), 'POST', { authorization }, 'x'), 415, 'UploadError')
    })
    it('400 for JSON that is broken, no object, or too deep, naming the body', async () => {
      const deep = `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`
      for (const body of ['{', '{"task":}', 'null', '[]', '"text"', '7', deep, '\u0000']) {
        const answer = await send(
          url('/v1/process'),
          'POST',
          { authorization, 'content-type': 'application/json' },
          body,
        )
        expectError(answer, 400, 'ProcessingError')
        expect(answer.json.error.param.body).toHaveLength(1)
      }
    })
    it('400 for multipart without a boundary, cut off, or with garbage', async () => {
      const type = { authorization, 'content-type': 'multipart/form-data' }
      expectError(await send(url('/v1/upload'), 'POST', type, 'x'), 400, 'UploadError')
      const bounded = { authorization, 'content-type': 'multipart/form-data; boundary=b' }
      expectError(
        await send(url('/v1/upload'), 'POST', bounded, '--b\r\nContent-Disposition: form-data; name="task"\r\n\r\nabc'),
        400,
        'UploadError',
      )
      expectError(await send(url('/v1/upload'), 'POST', bounded, 'garbage'), 400, 'UploadError')
    })
    it('400 for names that nest too deep, or clash', async () => {
      expectError(
        await client.call('POST', '/v1/process', { form: { [`a${'[b]'.repeat(20)}`]: '1' } }),
        400,
        'ProcessingError',
      )
      expectError(
        await client.call('POST', '/v1/process', { form: { files: 'x', 'files[0][server_filename]': 'y' } }),
        400,
        'ProcessingError',
      )
    })
    it('400 for a malformed percent escape in the path', async () => {
      for (const path of ['/v1/task/%zz', '/v1/download/%E0%A4%A', '/v1/start/%']) {
        const answer = await client.call('GET', path)
        expect(answer.status).toBe(400)
        expect(answer.json.error.message).toMatch(/escape/)
      }
    })
    it('414 for a long URL and a long part of the path', async () => {
      expectError(await client.call('GET', `/v1/info?x=${'a'.repeat(9000)}`), 414)
      expectError(await client.call('GET', `/v1/task/${'a'.repeat(4000)}`), 414)
    })
    it('431 for headers that are too large or too many', async () => {
      expectError(await send(url('/v1/info'), 'GET', { authorization, 'x-large': 'a'.repeat(20_000) }), 431)
      const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x-h${index}`, '1']))
      expectError(await send(url('/v1/info'), 'GET', { authorization, ...many }), 431)
    })
    it('400 as JSON for what is no HTTP at all', async () => {
      const answer = await rawBytes(server.authority, 'HELLO WORLD\r\n\r\n')
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toMatch(/X-Request-Id: [0-9a-f]{32}/)
      const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
      expect(body).toMatchObject({ name: 'Bad Request', error: { type: 'HTTP Error', code: '400' } })
    })
    it('an id of 4 kB or with a zero byte is an unknown one', async () => {
      const id = 'a'.repeat(1500)
      expectError(await client.call('GET', `/v1/task/${id}`), 404, 'TaskNotFound')
      expectError(await client.call('GET', '/v1/task/a%00b'), 404, 'TaskNotFound')
      expectError(await client.call('DELETE', '/v1/task/a%00b'), 404, 'TaskNotFound')
      expectError(await client.call('GET', '/v1/download/a%00b'), 400, 'DownloadError')
      expectError(await client.call('DELETE', '/v1/upload/a%00b/c%00d'), 400, 'UploadError')
      expectError(await client.upload('a\u0000b', Buffer.from('x'), 'x.png'), 400, 'UploadError')
      expectError(await client.process('a\u0000b', 'rotateimage', [{ server_filename: 'x' }]), 400, 'ProcessingError')
      expectError(await client.call('POST', '/v1/task/next', { json: { task: 'a\u0000b', tool: 'crop' } }), 400)
    })
  })

  describe('12 "429 only the caller\'s own rate limit; plus Retry-After seconds"', () => {
    it('counts per project, and IMAGESTEAD_LIMITS=off turns it off', async () => {
      const limited = await stack.start({ TASKS_RATE_PER_MINUTE: '5', LIMITS: 'on' })
      const off = await stack.start({ TASKS_RATE_PER_MINUTE: '5', LIMITS: 'off' })
      try {
        const [one, two] = [await TasksClient.of(limited), await TasksClient.of(off)]
        const answers = []
        // Two minutes may meet in this loop: more than twice the limit is refused for sure.
        for (let count = 0; count < 12; count += 1) answers.push(await one.call('GET', '/v1/info'))
        const refused = answers.filter(({ status }) => status === 429)
        expect(refused.length).toBeGreaterThanOrEqual(2)
        for (const answer of refused) {
          expectError(answer, 429)
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
          expect(answer.headers.get('x-rate-limit-remaining')).toBe('0')
        }
        for (let count = 0; count < 12; count += 1) {
          const answer = await two.call('GET', '/v1/info')
          expect(answer.status).toBe(200)
          expect(answer.headers.get('x-rate-limit-remaining')).toBe(answer.headers.get('x-rate-limit-limit'))
        }
      } finally {
        await limited.stop()
        await off.stop()
      }
    })
  })

  describe('1.1 "What server must be"', () => {
    it('the Host header, bare: no scheme, no path', async () => {
      expect((await client.call('GET', '/v1/start/crop')).json.server).toBe(server.authority)
      const answer = await send(url('/v1/start/crop'), 'GET', { authorization, host: 'images.example.com:8443' })
      expect(answer.json.server).toBe('images.example.com:8443')
    })
    it('the public address when configured, X-Forwarded-Host only behind a trusted proxy', async () => {
      const forwarded = { authorization, 'x-forwarded-host': 'front.example', 'x-forwarded-proto': 'https' }
      expect((await send(url('/v1/start/crop'), 'GET', forwarded)).json.server).toBe(server.authority)
      const behind = await stack.start({ TRUST_PROXY: '127.0.0.1' })
      const fixed = await stack.start({ PUBLIC_URL: 'https://images.example.com:9443/' })
      try {
        expect((await send(`${behind.url}/v1/start/crop`, 'GET', forwarded)).json.server).toBe('front.example')
        expect((await send(`${fixed.url}/v1/start/crop`, 'GET', forwarded)).json.server).toBe('images.example.com:9443')
      } finally {
        await behind.stop()
        await fixed.stop()
      }
    })
  })
}
