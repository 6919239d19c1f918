/** scoring-api.md sections 4, 5 and 6: pictures by URL and in Base64, their score and their label. */
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { labels } from '../../src/core/vision/labels.ts'
import { packageRoot } from '../../src/paths.ts'
import { libraryClient } from '../support/library-client.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { photo, quarters, solid } from '../support/pictures.ts'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function imageSuite(stack: Stack): void {
  let server: TestServer
  let client: ScoringClient
  let origin: Origin
  let picture: Buffer
  /** By path. */
  const routes: Record<string, (response: ServerResponse) => void> = {}
  const give = (path: string, bytes: Buffer) => {
    routes[path] = (response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  }

  beforeAll(async () => {
    origin = await startOrigin(({ path }, response) => (routes[path] ?? ((to) => to.writeHead(404).end()))(response))
    server = await stack.start({
      FETCH_ALLOW: '127.0.0.1',
      SCORING_FETCH_TIMEOUT_MS: '3000',
      SCORING_MAX_IMAGE_BYTES: '400000',
      SCORING_MAX_BODY_BYTES: '900000',
      MAX_PIXELS: '1000000',
    })
    client = await scoringClient(server)
    picture = await photo(320, 240)
    give('/photo.jpg', picture)
  })
  afterAll(async () => {
    await server?.stop()
    await origin?.stop()
  })

  const base64 = (bytes: Buffer, ext = 'jpg') => ({ 'image-base64': bytes.toString('base64'), ext })
  const refusal = async (fields: object, path = '/v2.0/score') => {
    const { status, json } = await client.post(path, fields)
    return { status, code: json.code }
  }
  const byUrl = (path: string) => refusal({ 'image-url': `${origin.url}${path}` })

  describe('5 "id string … score number 0 to 10"', () => {
    it('by URL and by base64 it is the same number, and X-Model-Version names what made it', async ({ expect }) => {
      const [one, other] = await Promise.all([
        client.post('/v2.0/score', { 'image-url': `${origin.url}/photo.jpg` }),
        client.post('/v2.0/score', base64(picture)),
      ])
      expect(one).toMatchObject({ status: 200, json: { id: expect.any(String), score: expect.any(Number) } })
      expect(Object.keys(one.json)).toEqual(['id', 'score'])
      expect(other.json.score).toBe(one.json.score)
      expect(one.json.score).toBe(Math.round(one.json.score * 1e4) / 1e4)
      expect(one.headers.get('x-request-id')).toBe(one.json.id)
      expect(other.json.id).not.toBe(one.json.id)
      expect(one.headers.get('x-model-version')).toMatch(/\S/)
      expect(origin.received.find(({ path }) => path === '/photo.jpg')?.headers['accept-encoding']).toBe('identity')
    })

    it('"Also 5 parallel score calls with one token all give 200"', async ({ expect }) => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => client.post('/v2.0/score', base64(picture))))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      expect(new Set(answers.map(({ json }) => json.score)).size).toBe(1)
      expect(new Set(answers.map(({ json }) => json.id)).size).toBe(5)
    })

    it('12.8 "Six formats accepted both by URL and by base64"', async ({ expect }) => {
      const raw = sharp(picture)
      const made: Record<string, Buffer> = {
        png: await raw.clone().png().toBuffer(),
        jpg: picture,
        jpeg: picture,
        webp: await raw.clone().webp({ lossless: true }).toBuffer(),
        heic: await readFile(join(packageRoot, 'test/fixtures/quarters.heic')),
        avif: await raw.clone().avif({ effort: 0 }).toBuffer(),
      }
      const scores: Record<string, number> = {}
      for (const [ext, bytes] of Object.entries(made)) {
        give(`/six.${ext}`, bytes)
        const [one, other] = await Promise.all([
          client.post('/v2.0/score', { 'image-url': `${origin.url}/six.${ext}` }),
          client.post('/v2.0/score', base64(bytes, ext)),
        ])
        expect([ext, one.status, other.status]).toEqual([ext, 200, 200])
        expect(one.json.score).toBe(other.json.score)
        scores[ext] = one.json.score
      }
      // "same pixels in PNG and lossless WebP score within 0.05"
      expect(Math.abs((scores.png ?? 0) - (scores.webp ?? 9))).toBeLessThanOrEqual(0.05)
    })
  })

  it('6 "labels holds all 23, highest first, ties by id; they sum to 1"', async ({ expect }) => {
    const { status, json, headers } = await client.post('/v2.0/label', base64(picture))
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual(['id', 'label', 'confidence', 'labels'])
    expect(json.labels.map((each: { label: string }) => each.label).toSorted()).toEqual([...labels].toSorted())
    for (const [place, each] of json.labels.entries()) {
      expect(labels[each.id]).toBe(each.label)
      const next = json.labels[place + 1]
      if (next === undefined) continue
      expect(each.confidence > next.confidence || (each.confidence === next.confidence && each.id < next.id)).toBe(true)
    }
    const sum = json.labels.reduce((total: number, each: { confidence: number }) => total + each.confidence, 0)
    expect(Math.abs(sum - 1)).toBeLessThanOrEqual(0.001)
    expect(json.confidence).toBe(json.labels[0].confidence)
    expect(headers.get('x-model-version')).toMatch(/\S/)
  })

  describe('4 what a picture may come as', () => {
    it('base64 of both alphabets, in lines, without padding, as a data URI; ext in capitals with a dot', async ({
      expect,
    }) => {
      const text = picture.toString('base64')
      const forms = [
        text.replaceAll('=', ''),
        picture.toString('base64url'),
        text.replaceAll(/(.{76})/g, '$1\r\n'),
        `data:image/jpeg;base64,${text}`,
      ]
      for (const form of forms) {
        expect((await client.post('/v2.0/score', { 'image-base64': form, ext: '.JPG' })).status).toBe(200)
      }
      // As PHP writes slashes.
      const body = JSON.stringify({ 'client-key': client.key, ...base64(picture) }).replaceAll('/', '\\/')
      const headers = { 'content-type': 'application/json; charset=utf-8' }
      expect((await client.call('POST', '/v2.0/score', { body, headers })).status).toBe(200)
    })

    it('a short one, and one whose ext says something else; ext with a URL is ignored', async ({ expect }) => {
      const small = await solid(16, 16, [9, 99, 200])
      expect((await client.post('/v2.0/score', base64(small, 'heic'))).status).toBe(200)
      const byUrlToo = { 'image-url': `${origin.url}/photo.jpg`, ext: 'gif' }
      expect((await client.post('/v2.0/score', byUrlToo)).status).toBe(200)
    })

    it('EXIF orientation is applied, and alpha lies on white', async ({ expect }) => {
      const upright = await sharp(picture).rotate(90).png().toBuffer()
      const turned = await sharp(await sharp(picture).png().toBuffer())
        .withMetadata({ orientation: 6 })
        .png()
        .toBuffer()
      const scoreOf = async (bytes: Buffer) => (await client.post('/v2.0/score', base64(bytes, 'png'))).json.score
      expect(await scoreOf(turned)).toBeCloseTo(await scoreOf(upright), 1)
      const clear = await solid(64, 64, [0, 0, 0], 'png', 0)
      const white = await solid(64, 64, [255, 255, 255])
      expect(await scoreOf(clear)).toBe(await scoreOf(white))
    })

    it.for([
      ['neither', {}, 'image_source_ambiguous'],
      ['both', { 'image-url': 'http://a.example/b.jpg', 'image-base64': 'AAAA', ext: 'jpg' }, 'image_source_ambiguous'],
      ['no ext', { 'image-base64': 'AAAA' }, 'validation_failed'],
      ['another ext', { 'image-base64': 'AAAA', ext: 'gif' }, 'validation_failed'],
      ['an unexpected field', { 'image-url': 'http://a.example/b.jpg', more: 1 }, 'validation_failed'],
      [
        'file-id, which is of 2.1',
        { 'image-url': 'http://a.example/b.jpg', 'file-id': '0'.repeat(24) },
        'validation_failed',
      ],
      ['an empty text', { 'image-base64': '', ext: 'jpg' }, 'validation_failed'],
      ['a bad alphabet', { 'image-base64': 'A*AA', ext: 'jpg' }, 'base64_invalid'],
      ['a long text that is no base64', { 'image-base64': '!'.repeat(50_000), ext: 'jpg' }, 'validation_failed'],
      ['a number', { 'image-url': 7 }, 'validation_failed'],
      ['another scheme', { 'image-url': 'ftp://a.example/b.jpg' }, 'validation_failed'],
      ['a user in the URL', { 'image-url': 'http://me@a.example/b.jpg' }, 'validation_failed'],
      ['a long URL', { 'image-url': `http://a.example/${'b'.repeat(2048)}` }, 'validation_failed'],
      ['a very long URL', { 'image-url': `http://a.example/${'b'.repeat(40_000)}` }, 'validation_failed'],
    ] as const)('400 for %s', async ([_name, fields, code], { expect }) => {
      expect(await refusal(fields)).toEqual({ status: 400, code })
    })

    it('415 for everything but the six, 400 for broken ones, and nothing of them is told', async ({ expect }) => {
      const gif = await quarters(40, 40, 'gif')
      const tiff = await quarters(40, 40, 'tiff')
      for (const other of [gif, tiff, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.from('text')]) {
        expect(await refusal(base64(other))).toEqual({ status: 415, code: 'image_unsupported' })
      }
      give('/a.gif', gif)
      expect(await byUrl('/a.gif')).toEqual({ status: 415, code: 'image_unsupported' })
      expect(await refusal(base64(picture.subarray(0, 3000)))).toEqual({ status: 400, code: 'image_corrupt' })
      expect(await refusal(base64(await solid(15, 100, [1, 2, 3])))).toEqual({ status: 400, code: 'image_too_small' })
      const huge = await solid(1200, 1000, [1, 2, 3])
      expect(await refusal(base64(huge))).toEqual({ status: 413, code: 'image_too_large' })
    })
  })

  describe('4.1 fetching image-url', () => {
    it('"GET only"; redirects are followed up to 3', async ({ expect }) => {
      for (const left of [1, 2, 3, 4]) {
        const location = left === 1 ? '/photo.jpg' : `/moved-${left - 1}`
        routes[`/moved-${left}`] = (response) => response.writeHead(302, { location }).end()
      }
      expect((await client.post('/v2.0/score', { 'image-url': `${origin.url}/moved-3` })).status).toBe(200)
      expect(await byUrl('/moved-4')).toEqual({ status: 400, code: 'image_url_unreachable' })
      expect(new Set(origin.received.map(({ method }) => method))).toEqual(new Set(['GET']))
    })

    it('"Remote answers"', async ({ expect }) => {
      const said = async (status: number) => {
        routes[`/says-${status}`] = (response) => response.writeHead(status, { 'content-length': 1 }).end('x')
        return byUrl(`/says-${status}`)
      }
      for (const status of [404, 410]) expect(await said(status)).toEqual({ status: 404, code: 'image_url_not_found' })
      for (const status of [408, 429, 503])
        expect(await said(status)).toEqual({ status: 408, code: 'image_url_timeout' })
      for (const status of [400, 401, 403, 500, 502, 206, 204]) {
        expect(await said(status)).toEqual({ status: 400, code: 'image_url_unreachable' })
      }
      routes['/breaks'] = (response) => response.destroy()
      expect(await byUrl('/breaks')).toEqual({ status: 400, code: 'image_url_unreachable' })
      expect(await refusal({ 'image-url': 'http://no-such-host.invalid/a.jpg' })).toEqual({
        status: 400,
        code: 'image_url_unreachable',
      })
    })

    it('"whole download 5 s, then 408"', async ({ expect }) => {
      routes['/hangs'] = () => {}
      routes['/stops'] = (response) => void response.writeHead(200, { 'content-length': 5000 }).write('x')
      const answers = await Promise.all(['/hangs', '/stops'].map(byUrl))
      for (const answer of answers) expect(answer).toEqual({ status: 408, code: 'image_url_timeout' })
    })

    it('"no Content-Length … 411"', async ({ expect }) => {
      routes['/chunked'] = (response) => void response.writeHead(200).write(picture, () => response.end())
      expect(await byUrl('/chunked')).toEqual({ status: 411, code: 'image_url_no_size' })
    })

    it('"Content-Length above the limit … bytes running past the stated length or the limit -> 413"', async ({
      expect,
    }) => {
      let sent = 0
      routes['/large'] = (response) => {
        response.writeHead(200, { 'content-length': 400_001 })
        response.write('x', () => {
          sent = response.writableLength
        })
      }
      routes['/lies'] = (response) => response.writeHead(200, { 'content-length': 1000 }).end(picture)
      for (const path of ['/large', '/lies']) expect(await byUrl(path)).toEqual({ status: 413, code: 'too_large' })
      expect(sent).toBeLessThan(2)
    })

    it('12.9 "URL guard": no connection is made', async ({ expect }) => {
      let connections = 0
      const canary = createServer((_request, response) => response.end('canary'))
      canary.on('connection', () => {
        connections += 1
      })
      await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
      const { port } = canary.address() as AddressInfo
      const strict = await stack.start()
      const stranger = await scoringClient(strict)
      const hosts = [
        '127.0.0.1',
        '2130706433',
        '0x7f.1',
        '127.1',
        '[::ffff:127.0.0.1]',
        '[::1]',
        'localhost',
        '0.0.0.0',
        '10.0.0.1',
        '169.254.169.254',
        '[fd00::1]',
      ]
      try {
        for (const host of hosts) {
          const { status, json } = await stranger.post('/v2.0/score', { 'image-url': `http://${host}:${port}/a.jpg` })
          expect([host, status, json.code]).toEqual([host, 400, 'image_url_forbidden'])
        }
        // A redirect to one; the origin itself is allowed here.
        routes['/inside'] = (response) => response.writeHead(302, { location: `http://[::1]:${port}/a.jpg` }).end()
        expect(await byUrl('/inside')).toEqual({ status: 400, code: 'image_url_forbidden' })
        expect(connections).toBe(0)
      } finally {
        await strict.stop()
        canary.close()
      }
    })

    it('"A URL on our own public origin … is read in-process under its normal access rules"', async ({ expect }) => {
      const library = libraryClient(server)
      const file = picture
      const fields = { file, fileName: 'own.jpg', folder: '/scored', useUniqueFileName: 'false' }
      await library.upload(fields)
      await library.upload({ ...fields, fileName: 'private.jpg', isPrivateFile: 'true' })
      const own = (path: string) => refusal({ 'image-url': `${server.url}${path}` })
      const shown = { 'image-url': `${server.url}/default/tr:orig-true/scored/own.jpg` }
      const { status, json } = await client.post('/v2.0/score', shown)
      expect(status).toBe(200)
      expect(json.score).toBe((await client.post('/v2.0/score', base64(picture))).json.score)
      expect(await own('/default/scored/none.jpg')).toEqual({ status: 404, code: 'image_url_not_found' })
      expect(await own('/default/scored/private.jpg')).toEqual({ status: 404, code: 'image_url_not_found' })
      expect(await own('/default/tr:w-x/scored/own.jpg')).toEqual({ status: 400, code: 'image_url_unreachable' })
      for (const path of ['/', '/v2.0/score', '/readyz', '/docs']) {
        expect(await own(path)).toEqual({ status: 400, code: 'image_url_forbidden' })
      }
      routes['/back'] = (response) =>
        response.writeHead(302, { location: `${server.url}/default/scored/own.jpg` }).end()
      expect(await byUrl('/back')).toEqual({ status: 400, code: 'image_url_forbidden' })
    })
  })
}
