/** Answers (image-urls.md section 11): headers, conditional requests, HEAD, ranges, encodings, errors. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { photo } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { mp4 } from '../support/videos.ts'

export function answerSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let picture: Buffer
  const script = Buffer.from('console.log("only a text to anybody")\n'.repeat(100))
  const binary = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251))

  beforeAll(async () => {
    server = await stack.start()
    client = deliveryClient(server)
    picture = await photo(400, 300)
    await client.upload('photo.jpg', picture)
    await client.upload('script.js', script)
    await client.upload('data.bin', binary)
    await client.upload('movie.mp4', mp4())
    await client.upload('small.txt', Buffer.from('small'))
  })
  afterAll(() => server.stop())

  it('the headers of every file', async () => {
    for (const path of ['photo.jpg', 'photo.jpg?tr=w-40', 'script.js', 'movie.mp4']) {
      const { status, headers, bytes } = await client.get(path)
      expect({ path, status }).toEqual({ path, status: 200 })
      expect(headers).toMatchObject({
        'content-length': String(bytes.length),
        etag: expect.stringMatching(/^"[0-9a-z-]+"$/),
        'last-modified': expect.stringMatching(/ GMT$/),
        'cache-control': 'public, no-cache',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
        'accept-ranges': 'bytes',
      })
    }
    expect((await client.get('photo.jpg')).headers['content-type']).toBe('image/jpeg')
    expect((await client.get('movie.mp4')).headers['content-type']).toBe('video/mp4')
  })

  it('"unless the URL carries `updatedAt` or `v`": those may be kept', async () => {
    for (const path of ['photo.jpg?updatedAt=1', 'photo.jpg?v=2&tr=w-40', 'script.js?v=']) {
      expect((await client.get(path)).headers['cache-control']).toBe('public, max-age=15552000')
    }
  })

  it('"HEAD": the same headers, no body', async () => {
    for (const path of ['photo.jpg', 'photo.jpg?tr=w-40', 'data.bin']) {
      const [got, head] = [await client.get(path), await client.get(path, {}, 'HEAD')]
      const without = ({ date: _, 'x-request-id': __, ...rest }: typeof got.headers) => rest
      expect(head.bytes.length).toBe(0)
      expect(without(head.headers)).toEqual(without(got.headers))
    }
    expect((await client.get('nothing.jpg', {}, 'HEAD')).status).toBe(404)
  })

  it('"If-None-Match (304)": one, one of a list, weak, *', async () => {
    for (const path of ['photo.jpg?tr=w-40', 'data.bin']) {
      const { headers } = await client.get(path)
      const etag = headers.etag ?? ''
      for (const given of [etag, `"x", ${etag}`, `W/${etag}`, '*', `"a,b",W/"c" , W/${etag}`]) {
        const answer = await client.get(path, {
          'if-none-match': given,
          'if-modified-since': new Date(0).toUTCString(),
        })
        expect({ given, status: answer.status, length: answer.bytes.length }).toEqual({ given, status: 304, length: 0 })
        expect(answer.headers.etag).toBe(etag)
        expect(answer.headers['cache-control']).toBe('public, no-cache')
      }
      for (const given of ['"x"', etag.slice(1, -1), 'W/"x"', '']) {
        expect((await client.get(path, { 'if-none-match': given })).status, given).toBe(200)
      }
    }
  })

  it('If-Modified-Since counts where no If-None-Match is', async () => {
    const { headers } = await client.get('data.bin')
    const since = headers['last-modified'] ?? ''
    expect((await client.get('data.bin', { 'if-modified-since': since })).status).toBe(304)
    expect((await client.get('data.bin', { 'if-modified-since': since, 'if-none-match': '"x"' })).status).toBe(200)
    expect((await client.get('data.bin', { 'if-modified-since': new Date(0).toUTCString() })).status).toBe(200)
    expect((await client.get('data.bin', { 'if-modified-since': 'yesterday' })).status).toBe(200)
  })

  it('another file or another picture has another ETag, the same has the same', async () => {
    const etags = async (...paths: string[]) =>
      Promise.all(paths.map(async (path) => (await client.get(path)).headers.etag))
    expect(new Set(await etags('photo.jpg', 'tr:w-40/photo.jpg', 'tr:w-41/photo.jpg', 'data.bin')).size).toBe(4)
    expect(new Set(await etags('tr:w-40/photo.jpg', 'photo.jpg?tr=w-40', 'photo.jpg?x=1&tr=w-40')).size).toBe(1)
  })

  it('"serve the truth at once" after an overwrite', async () => {
    await client.upload('fresh.bin', Buffer.from('one'))
    const before = await client.get('fresh.bin')
    await client.upload('fresh.bin', Buffer.from('two'), { overwriteFile: 'true' })
    const after = await client.get('fresh.bin', { 'if-none-match': before.headers.etag ?? '' })
    expect([before.text, after.status, after.text]).toEqual(['one', 200, 'two'])
  })

  describe('"byte ranges supported"', () => {
    it.each([
      ['bytes=0-9', 0, 10],
      ['bytes=10-', 10, 5000],
      ['bytes=-5', 4995, 5000],
      ['bytes=4990-9999', 4990, 5000],
    ])('%s', async (range, start, end) => {
      const { status, headers, bytes } = await client.get('data.bin', { range })
      expect({ status, range: headers['content-range'], length: headers['content-length'] }).toEqual({
        status: 206,
        range: `bytes ${start}-${end - 1}/5000`,
        length: String(end - start),
      })
      expect(bytes.equals(binary.subarray(start, end))).toBe(true)
    })
    it('of a made picture, too', async () => {
      const whole = await client.get('photo.jpg?tr=w-40')
      const { status, bytes } = await client.get('photo.jpg?tr=w-40', { range: 'bytes=5-14' })
      expect(status).toBe(206)
      expect(bytes.equals(whole.bytes.subarray(5, 15))).toBe(true)
    })
    it('outside: 416 with the size; several or malformed ones: the whole', async () => {
      const outside = await client.get('data.bin', { range: 'bytes=5000-' })
      expect([outside.status, outside.headers['content-range']]).toEqual([416, 'bytes */5000'])
      for (const range of ['bytes=0-1,3-4', 'items=0-1', 'bytes=x']) {
        expect((await client.get('data.bin', { range })).status).toBe(200)
      }
    })
    it('If-Range: by ETag or date, only of this very version', async () => {
      const { headers } = await client.get('data.bin')
      const ask = async (given: string) =>
        (await client.get('data.bin', { range: 'bytes=0-1', 'if-range': given })).status
      expect(await ask(headers.etag ?? '')).toBe(206)
      expect(await ask(headers['last-modified'] ?? '')).toBe(206)
      expect(await ask('"x"')).toBe(200)
      expect(await ask(`W/${headers.etag}`)).toBe(200)
      expect(await ask(new Date(0).toUTCString())).toBe(200)
    })
  })

  describe('"gzip/brotli for text types"', () => {
    it.each([
      ['gzip', 'gzip', gunzipSync],
      ['br', 'gzip, deflate, br', brotliDecompressSync],
      ['gzip', 'br;q=0.1, gzip', gunzipSync],
    ])('%s for "%s"', async (encoding, accept, decode) => {
      const { headers, bytes } = await client.get('script.js', { 'accept-encoding': accept })
      expect(headers['content-encoding']).toBe(encoding)
      expect(headers.vary).toMatch(/Accept-Encoding/)
      expect(bytes.length).toBeLessThan(script.length / 4)
      expect(decode(bytes).equals(script)).toBe(true)
      const again = await client.get('script.js', { 'accept-encoding': accept, 'if-none-match': headers.etag ?? '' })
      expect(again.status).toBe(304)
    })
    it('not where it is not wanted or does not help', async () => {
      for (const [path, headers] of [
        ['script.js', {}],
        ['script.js', { 'accept-encoding': 'gzip;q=0, br;q=0' }],
        ['script.js', { 'accept-encoding': 'gzip', range: 'bytes=0-9' }],
        ['photo.jpg', { 'accept-encoding': 'gzip' }],
        ['data.bin', { 'accept-encoding': 'gzip' }],
        ['small.txt', { 'accept-encoding': 'gzip' }],
      ] as const) {
        expect((await client.get(path, headers)).headers['content-encoding'], path).toBeUndefined()
      }
    })
  })

  describe('errors are text', () => {
    it('a bad transformation', async () => {
      const { status, text, headers } = await client.get('photo.jpg?tr=zz-1')
      expect(status).toBe(400)
      expect(text).toMatch(/^Bad URL Transformation Request: .*zz-1/)
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'ik-error': expect.stringMatching(/^UNIDENTIFIED - /),
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
    })
    it('"ELIMIT (status 400)": too many bytes or pixels; without a transformation they are delivered as they are', async () => {
      const small = await stack.start({ DELIVERY_MAX_INPUT_BYTES: '1000', DELIVERY_MAX_VECTOR_BYTES: '50' })
      const flat = await stack.start({ DELIVERY_MAX_PIXELS: '50000' })
      const svg = Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60"><!-- ${'x'.repeat(99)} --></svg>`,
      )
      for (const [limited, name, file] of [
        [small, 'photo.jpg', picture],
        [small, 'drawing.svg', svg],
        [flat, 'photo.jpg', picture],
      ] as const) {
        const one = deliveryClient(limited)
        await one.upload(name, file)
        const { status, headers } = await one.get(`${name}?tr=w-40,f-png`)
        expect({ status, error: headers['ik-error'] }).toEqual({
          status: 400,
          error: expect.stringMatching(/^ELIMIT - /),
        })
        expect((await one.get(name)).bytes.equals(file)).toBe(true)
      }
      await small.stop()
      await flat.stop()
    })
    it('more work than one URL may ask for is refused before any of it', async () => {
      const strict = await stack.start({ DELIVERY_MAX_COST: '1' })
      const one = deliveryClient(strict)
      await one.upload('photo.jpg', picture)
      const { status, text } = await one.get('photo.jpg?tr=w-2000,h-2000,e-distort-a-30,f-avif')
      expect({ status, text }).toEqual({ status: 400, text: expect.stringMatching(/more work than the 1 megapixel/) })
      expect((await one.get('photo.jpg?tr=w-40')).status).toBe(200)
      await strict.stop()
    })
    it('cross-origin requests are allowed to every page', async () => {
      const { status, headers } = await client.get(
        'photo.jpg',
        { origin: 'https://page.example', 'access-control-request-method': 'GET' },
        'OPTIONS',
      )
      expect(status).toBe(204)
      expect(headers['access-control-allow-origin']).toBe('*')
    })
    it('to no page in particular: answers and refusals do not vary by origin, and OPTIONS needs none', async () => {
      const missing = await client.get('missing.jpg', { origin: 'https://page.example' })
      expect([missing.status, missing.headers['access-control-allow-origin'], missing.headers.vary]).toEqual([
        404,
        '*',
        undefined,
      ])
      expect((await client.get('photo.jpg', {}, 'OPTIONS')).status).toBe(204)
    })
  })
}
