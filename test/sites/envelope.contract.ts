/** The envelope and every error code (site-photos-api.md section 3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addInstallation, type SitesCall, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { rawBytes, send } from '../support/wire.ts'

export function envelopeSuite(stack: Stack): void {
  let server: TestServer
  let client: SitesClient
  let site: string

  beforeAll(async () => {
    server = await stack.start({ HTTP_MAX_JSON_BYTES: '20000' })
    client = await sitesClient(server)
    site = await addInstallation(client)
  })
  afterAll(() => server.stop())

  const refusal = async (method: string, path: string, options: SitesCall = {}) => {
    const { status, headers, json } = await client.call(method, path, options)
    expect(json.ok).toBe(false)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(json.error.request_id).toBe(headers.get('x-request-id'))
    expect(json.error.message).toMatch(/^[A-Za-z].*\.$/)
    return { status, code: json.error.code, field: json.error.field }
  }

  it('"ok is in every JSON answer", and so is X-Request-Id', async () => {
    const { json, headers } = await client.call('GET', '/v1/installations')
    expect(json.ok).toBe(true)
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it.each([
    ['GET', '/v1/installations?limti=1', 'limti'],
    ['GET', '/v1/installations?limit=0', 'limit'],
    ['GET', '/v1/installations?limit=501', 'limit'],
    ['GET', '/v1/installations?limit=', 'limit'],
    ['GET', '/v1/installations?limit=1&limit=2', 'limit'],
    ['GET', '/v1/installations?status=active&status=paused', 'status'],
    ['GET', '/v1/installations?status=lost', 'status'],
    ['GET', '/v1/installations?cursor=abc', 'cursor'],
    ['GET', '/v1/installations?__proto__=1', '__proto__'],
    ['GET', '/v1/installations?constructor=1', 'constructor'],
    ['GET', '/v1/installations?q=%00', 'q'],
    ['GET', '/v1/versions?limit=1', 'limit'],
    ['GET', '/v2/photos?from=2021-05-31', 'from'],
    ['GET', '/v2/photos?page=1', 'page'],
  ])('400 invalid_request, naming the parameter: %s %s', async (method, path, field) => {
    expect(await refusal(method, path)).toEqual({ status: 400, code: 'invalid_request', field })
  })

  it.each<[string, unknown, string]>([
    ['{"name": ', undefined, 'body'],
    ['[]', undefined, 'body'],
    ['"text"', undefined, 'body'],
    ['', undefined, 'name'],
    ['', { name: 'a' }, 'timezone'],
    ['', { name: 'a', timezone: 'Mars/Base' }, 'timezone'],
    ['', { name: 'a', timezone: 'UTC', colour: 'red' }, 'colour'],
    ['', { name: 7, timezone: 'UTC' }, 'name'],
    ['', { name: 'a', timezone: 'UTC', tags: ['b', 7] }, 'tags.1'],
    ['', { name: 'a', timezone: 'UTC', latitude: 91 }, 'latitude'],
  ])('400 invalid_request for a body, naming the member: %s %o', async (body, json, field) => {
    const options = json === undefined ? { body, headers: { 'content-type': 'application/json' } } : { json }
    expect(await refusal('POST', '/v1/installations', options)).toEqual({
      status: 400,
      code: 'invalid_request',
      field,
    })
  })

  it('400 for a path that cannot be read', async () => {
    expect(await refusal('GET', '/v1/installations/%zz')).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  it.each([
    ['no header', undefined],
    ['another scheme', 'Bearer KEY'],
    ['Basic', 'Basic KEY'],
    ['the key alone', 'KEY'],
    ['the scheme alone', 'apiKey'],
    ['an unknown key', `apiKey sp_${'a'.repeat(8)}_${'b'.repeat(40)}`],
    ['a key with a changed letter', 'apiKey CHANGED'],
    ['more than a key', 'apiKey KEY KEY'],
  ])('401 unauthorized with WWW-Authenticate: %s', async (_what, header) => {
    const changed = client.key.slice(0, -1) + (client.key.endsWith('a') ? 'b' : 'a')
    const authorization = header?.replace('CHANGED', changed).replaceAll('KEY', client.key)
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    expect(await refusal('GET', '/v1/installations', { key: null, headers })).toEqual({
      status: 401,
      code: 'unauthorized',
      field: 'Authorization',
    })
    const { headers: told } = await client.call('GET', '/v1/installations', { key: null, headers })
    expect(told.get('www-authenticate')).toBe('apiKey')
  })

  it('"We match the scheme word without regard to case, one or more spaces after it"', async () => {
    for (const authorization of [`apikey ${client.key}`, `APIKEY   ${client.key}`, `ApiKey ${client.key} `]) {
      const answer = await client.call('GET', '/v1/installations', { key: null, headers: { authorization } })
      expect(answer.status).toBe(200)
    }
  })

  it('401 is told before anything else of the call', async () => {
    for (const path of ['/v1/installations?nothing=1', `/v1/installations/${site}`, '/v1/installations/in_no']) {
      expect((await refusal('GET', path, { key: null })).status).toBe(401)
    }
    expect((await refusal('POST', '/v1/installations', { key: null, body: '{' })).status).toBe(401)
  })

  it('403 forbidden: "the user may see the thing but not do this"', async () => {
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    const { status, json } = await viewer.call('PATCH', `/v1/installations/${site}`, { json: { name: 'x' } })
    expect({ status, code: json.error.code }).toEqual({ status: 403, code: 'forbidden' })
  })

  it('404 not_found: "unknown path; or the thing does not exist or is not visible to the user (same answer)"', async () => {
    for (const path of ['', '/v1', '/v1/nothing', '/v9/photos', '/v1/photos/a/b/c/d', '/v1/installations/a/b/c']) {
      if (path !== '') expect(await refusal('GET', path)).toMatchObject({ status: 404, code: 'not_found' })
    }
    const stranger = await sitesClient(server, { siteAccess: null })
    const shown = async (path: string) => {
      const { status, json } = await stranger.call('GET', path)
      return { status, error: { ...json.error, request_id: '' } }
    }
    const hidden = await shown(`/v1/installations/${site}`)
    expect(hidden.status).toBe(404)
    expect(await shown('/v1/installations/in_01JD3Z7M5T2R8Q4W6Y9X1C0V3B')).toEqual(hidden)
  })

  it('405 method_not_allowed "with Allow", for any body', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect(await refusal(method, '/v1/installations', { body: 'x' })).toMatchObject({
        status: 405,
        code: 'method_not_allowed',
      })
    }
    const { headers } = await client.call('PUT', '/v1/installations')
    expect(headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('413 payload_too_large', async () => {
    const json = { name: 'a', timezone: 'UTC', description: 'x'.repeat(30_000) }
    expect(await refusal('POST', '/v1/installations', { json })).toMatchObject({
      status: 413,
      code: 'payload_too_large',
    })
  })

  it('413 also tells a client that goes on sending', async () => {
    const body = Buffer.alloc(3 * 1024 * 1024, 0x20)
    const headers = { authorization: `apiKey ${client.key}`, 'content-type': 'application/json' }
    const answer = await send(`${server.url}/site/v1/installations`, 'POST', headers, body)
    expect(answer).toMatchObject({ status: 413, json: { ok: false, error: { code: 'payload_too_large' } } })
  })

  it('415 unsupported_media_type: "not JSON where JSON is due"', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      const options = { body: Buffer.from('{"name":"a","timezone":"UTC"}'), headers: { 'content-type': type } }
      expect(await refusal('POST', '/v1/installations', type === '' ? { body: options.body } : options)).toEqual({
        status: 415,
        code: 'unsupported_media_type',
        field: 'Content-Type',
      })
    }
    const utf8 = { 'content-type': 'Application/JSON; charset=utf-8' }
    const good = { body: '{"name":"a","timezone":"UTC"}', headers: utf8 }
    expect((await client.call('POST', '/v1/installations', good)).status).toBe(201)
  })

  it('414 and 431 come in the envelope too', async () => {
    expect(await refusal('GET', `/v1/photos/${'x'.repeat(9000)}`)).toMatchObject({ status: 414 })
    const headers = Object.fromEntries(Array.from({ length: 110 }, (_, at) => [`x-${at}`, '1']))
    expect(await refusal('GET', '/v1/installations', { headers })).toMatchObject({ status: 431 })
  })

  it('HEAD answers as GET does, without the body', async () => {
    const { status, bytes, headers } = await client.call('HEAD', '/v1/installations')
    expect({ status, length: bytes.length }).toEqual({ status: 200, length: 0 })
    expect(Number(headers.get('content-length'))).toBeGreaterThan(10)
    expect((await client.call('HEAD', '/v1/installations', { key: null })).status).toBe(401)
  })

  it('a body of a GET is let go, and the connection stays usable', async () => {
    const head = (length: number) =>
      `GET /site/v1/versions HTTP/1.1\r\nHost: ${server.authority}\r\nAuthorization: apiKey ${client.key}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n`
    const answers = await rawBytes(server.authority, `${head(9)}\r\n{"a": 17}${head(0)}Connection: close\r\n\r\n`)
    expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(2)
  })

  it('a request that is none gets an id and ok: false', async () => {
    const answer = await rawBytes(server.authority, 'GET /site/v1/photos\r\nnonsense\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*X-Request-Id: [0-9a-f]{32}[\s\S]*"ok":false/)
  })

  describe('pages of other origins', () => {
    it('may call with a key, and read the headers of limits and versions', async () => {
      const answer = await client.call('GET', '/v1/photos', { headers: { origin: 'https://gallery.example' } })
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/Retry-After.*X-Supported-Until/)
      const preflight = await fetch(`${server.url}/site/v1/photos`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://gallery.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      })
      expect(preflight.status).toBe(204)
      expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
    })
  })
}
