/** scoring-api.md section 8: every status exactly when it says, in its order of checks, with its body. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { photo, solid } from '../support/pictures.ts'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { rawBytes, send } from '../support/wire.ts'

const maxBody = 100_000
const sortable = { data: [{ identifier: 'a', label: 'pool', score: 1 }] }

export function errorSuite(stack: Stack): void {
  let server: TestServer
  let client: ScoringClient

  beforeAll(async () => {
    server = await stack.start({ SCORING_MAX_BODY_BYTES: String(maxBody) })
    client = await scoringClient(server)
  })
  afterAll(() => server?.stop())

  const code = async (answer: Promise<{ status: number; json: { code: string } }>) => {
    const { status, json } = await answer
    return [status, json.code]
  }

  describe('the body', () => {
    it('is a problem of one form, and X-Request-Id has its id', async ({ expect }) => {
      const { status, json, headers } = await client.post('/v2.0/score', {})
      expect(status).toBe(400)
      expect(json).toEqual({
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'The body must have exactly one of image-url and image-base64.',
        message: 'error.http.400',
        code: 'image_source_ambiguous',
        path: '/v2.0/score',
        id: headers.get('x-request-id'),
        fieldErrors: [{ field: 'body', message: 'must have exactly one of image-url and image-base64' }],
      })
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    })

    it('names every field at fault, and never echoes a secret or the image', async ({ expect }) => {
      const secret = 'a secret that nobody may see'
      const { json, bytes } = await client.call('POST', '/v2.0/score', {
        json: { 'client-key': [secret], 'image-base64': `${secret}!`, ext: secret, other: secret },
      })
      expect(json.fieldErrors.map(({ field }: { field: string }) => field).toSorted()).toEqual([
        'client-key',
        'ext',
        'other',
      ])
      expect(bytes.toString()).not.toContain('nobody may see')
      const key = await client.call('POST', '/v2.0/sort', { json: { 'client-key': secret, ...sortable } })
      expect(key.bytes.toString()).not.toContain('nobody may see')
      const token = await client.call('POST', '/v2.0/sort', { json: {}, token: secret.replaceAll(' ', '_') })
      expect(token.bytes.toString()).not.toContain('nobody')
    })
  })

  it('404 for unknown paths and versions, before 401; 405 with Allow', async ({ expect }) => {
    for (const path of ['/v2.0', '/v2.0/', '/v2.0/nothing', '/v2.2/score', '/v2.0/score/x', '/v2.0/analyze', '/v2.9']) {
      expect(await code(client.call('POST', path, { token: null, json: {} }))).toEqual([404, 'not_found'])
    }
    const get = await client.call('GET', '/v2.0/score', { token: null })
    expect([get.status, get.headers.get('allow'), get.json.message]).toEqual([405, 'POST', 'error.http.405'])
    const del = await client.call('DELETE', '/v2.0/client-key', { token: null })
    expect([del.status, del.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    const head = await client.call('HEAD', '/v2.1/batch')
    expect([head.status, head.bytes.length]).toEqual([405, 0])
  })

  it('OPTIONS "answers CORS preflight with 204 and takes no quota"', async ({ expect }) => {
    const { status, headers } = await send(`${server.url}/v2.0/score`, 'OPTIONS', {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('Authorization'),
    })
    expect(headers['x-ratelimit-limit']).toBeUndefined()
    const origin = { origin: 'https://app.example' }
    const answer = await client.post('/v2.0/sort', sortable, origin)
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Remaining')
  })

  it('400 for what is no JSON object', async ({ expect }) => {
    for (const body of ['', '{', '[]', '"x"', 'null', '{"a":1}}', "{'a':1}"]) {
      const headers = { 'content-type': 'application/json' }
      expect(await code(client.call('POST', '/v2.0/sort', { body, headers }))).toEqual([400, 'invalid_request'])
    }
  })

  it('415 for what is not sent as JSON; parameters are fine', async ({ expect }) => {
    const body = JSON.stringify({ 'client-key': client.key, ...sortable })
    const status = async (headers: Record<string, string>) =>
      (await client.call('POST', '/v2.0/sort', { body, headers })).status
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'json']) {
      expect(await status({ 'content-type': type })).toBe(415)
    }
    expect(await status({ 'content-type': 'application/json', 'content-encoding': 'gzip' })).toBe(415)
    expect(await status({ 'content-type': 'Application/JSON; Charset=UTF-8' })).toBe(200)
    const bare = await send(`${server.url}/v2.0/sort`, 'POST', { authorization: `Bearer ${client.token}` }, body)
    expect(bare.status).toBe(415)
  })

  it('413 by Content-Length before anything is read, and while reading', async ({ expect }) => {
    const head = `POST /v2.0/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${client.token}\r\nContent-Type: application/json\r\n`
    const declared = await rawBytes(server.authority, `${head}Content-Length: ${maxBody + 1}\r\n\r\n`, 4000)
    expect(declared).toMatch(/^HTTP\/1\.1 413 /)
    const chunk = `${(maxBody + 1).toString(16)}\r\n${' '.repeat(maxBody + 1)}\r\n0\r\n\r\n`
    const counted = await rawBytes(server.authority, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`, 4000)
    expect(counted).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('the first check that fails answers, in the order of section 8', async ({ expect }) => {
    const limited = await stack.start(
      {
        LIMITS: 'on',
        SCORING_RATE_SCORE: '1',
        SCORING_MAX_BODY_BYTES: String(maxBody),
      },
      { now: () => 1_800_000_000_000 },
    )
    try {
      const poor = await scoringClient(limited, { credits: 0 })
      const unreachable = { 'image-url': 'http://10.0.0.1/a.jpg' }
      const big = ' '.repeat(maxBody + 1)
      const text = { 'content-type': 'text/plain' }
      const json = { 'content-type': 'application/json' }
      const path = '/v2.0/score'
      const steps = [
        [404, () => poor.call('GET', '/v2.0/scores', { token: null })],
        [405, () => poor.call('PUT', path, { token: null, body: big, headers: text })],
        [401, () => poor.call('POST', path, { token: 'x', body: big, headers: text })],
        [415, () => poor.call('POST', path, { body: big, headers: text })],
        [413, () => poor.call('POST', path, { body: big, headers: json })],
        [400, () => poor.call('POST', path, { body: '{', headers: json })],
        [400, () => poor.call('POST', path, { json: { 'client-key': 'unknown' } })],
        [401, () => poor.call('POST', path, { json: { 'client-key': 'unknown', ...unreachable } })],
        // The first one takes the only place, and then has no credits.
        [402, () => poor.post(path, unreachable)],
        [429, () => poor.post(path, unreachable)],
      ] as const
      for (const [status, call] of steps) expect((await call()).status).toBe(status)
      const rich = await scoringClient(limited)
      expect((await rich.post(path, unreachable)).status).toBe(400)
    } finally {
      await limited.stop()
    }
  })

  it('500 for a fault of the server; "`id` in the body leads to the log line"', async ({ expect }) => {
    const { composed } = server
    const { fileId } = (
      await libraryClient(server).upload({ file: await solid(40, 40, [5, 5, 5]), fileName: 'lost.png' })
    ).json
    const asset = await composed.store.read.assets.find('default', fileId)
    await composed.blobs.delete(asset?.blob ?? '')
    const { status, json } = await client.post('/v2.1/score', { 'file-id': fileId })
    expect([status, json.code, json.message]).toEqual([500, 'internal', 'error.http.500'])
    expect(json.detail).not.toContain(asset?.blob)
  })

  it('502 while models are missing that the settings demand, before everything else on its own paths only', async ({
    expect,
  }) => {
    const bare = await stack.start({ SCORING_REQUIRE_MODELS: 'on', VISION_MODELS: 'bundled,siglip2-base-224' })
    try {
      const one = await scoringClient(bare)
      const image = { 'image-base64': (await solid(32, 32, [5, 5, 5])).toString('base64'), ext: 'png' }
      for (const path of ['/v2.0/score', '/v2.0/label', '/v2.1/score', '/v2.1/analyze', '/v2.1/batch']) {
        const answer = await one.call('POST', path, { json: { 'client-key': one.key, ...image }, token: null })
        expect([answer.status, answer.json.code, answer.headers.get('retry-after')]).toEqual([
          502,
          'models_missing',
          '5',
        ])
      }
      expect((await one.call('GET', '/v2.0/score')).status).toBe(502)
      expect((await one.post('/v2.0/sort', sortable)).status).toBe(200)
      expect((await one.call('POST', '/v2.0/nothing', { json: {} })).status).toBe(404)
    } finally {
      await bare.stop()
    }
  })

  it('503 when the work queue is full, with Retry-After', async ({ expect }) => {
    const busy = await stack.start({ VISION_WORKERS: '1', ENGINE_QUEUE: '1' })
    try {
      const one = await scoringClient(busy)
      const pictures = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => photo(300, 200, 'jpeg', seed)))
      const answers = await Promise.all(
        pictures.map((bytes) => one.post('/v2.0/score', { 'image-base64': bytes.toString('base64'), ext: 'jpg' })),
      )
      const refused = answers.filter(({ status }) => status === 503)
      expect(refused.length).toBeGreaterThan(0)
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
      for (const { headers, json } of refused) {
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
        expect(json.code).toBe('overloaded')
      }
    } finally {
      await busy.stop()
    }
  })

  it('503 when the stores are down, before 404', async ({ expect }) => {
    const broken = await stack.start()
    const one = await scoringClient(broken)
    await broken.composed.store.close()
    try {
      for (const path of ['/v2.0/sort', '/v2.0/nothing']) {
        const answer = await one.call('POST', path, { json: {} })
        expect([answer.status, answer.json.code]).toEqual([503, 'unavailable'])
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
    } finally {
      await broken.stop().catch(() => undefined)
    }
  })

  describe('504 "accepted work not finished within scoring.deadlineMs; the work is cancelled"', () => {
    let origin: Origin
    let closed = 0
    beforeAll(async () => {
      origin = await startOrigin((_request, response) => {
        response.on('close', () => {
          closed += 1
        })
      })
    })
    afterAll(() => origin?.stop())

    it('a fetch ends, and so does a look', async ({ expect }) => {
      const hasty = await stack.start({ SCORING_DEADLINE_MS: '300', FETCH_ALLOW: '127.0.0.1', LIMITS: 'on' })
      try {
        const one = await scoringClient(hasty, { credits: 5 })
        const fetching = await one.post('/v2.0/score', { 'image-url': `${origin.url}/hangs` })
        expect([fetching.status, fetching.json.code]).toEqual([504, 'deadline_exceeded'])
        await expect.poll(() => closed).toBe(1)
        expect(fetching.headers.get('x-credits-remaining')).toBe('5')
      } finally {
        await hasty.stop()
      }
      const hurried = await stack.start({ SCORING_DEADLINE_MS: '1' })
      try {
        const one = await scoringClient(hurried)
        const bytes = await photo(600, 400)
        const looking = await one.post('/v2.0/label', { 'image-base64': bytes.toString('base64'), ext: 'jpg' })
        expect([looking.status, looking.json.code]).toEqual([504, 'deadline_exceeded'])
      } finally {
        await hurried.stop()
      }
    })
  })
}
