/** Photo URLs: "they need authentication and they redirect" (site-photos-api.md section 6); conformance checks 1 and 6. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rollMediaKey } from '../../src/core/sites/media-keys.ts'
import type { Capture } from '../../src/core/sites/records.ts'
import { libraryClient } from '../support/library-client.ts'
import { cameraExif, exifBlock, withBlocks } from '../support/metadata.ts'
import { look, photo, red, solid } from '../support/pictures.ts'
import { scoringClient } from '../support/scoring-client.ts'
import { addPhoto } from '../support/site-photos.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { TasksClient } from '../support/tasks-client.ts'
import { signedIn } from '../support/web-person.ts'

const run = promisify(execFile)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export function mediaSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let place: string
  let capture: Capture
  let taken: Buffer
  let folder: string
  let ahead = 0

  beforeAll(async () => {
    server = await stack.start({}, { now: () => Date.now() + ahead })
    manager = await sitesClient(server)
    place = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
    // Lies on its side, says where and with what it was taken.
    taken = withBlocks(await photo(2400, 1600), { exif: exifBlock(cameraExif) })
    capture = await addPhoto(server, place, taken, {
      taken: Date.parse('2021-05-31T22:15:00Z'),
      filename: 'IMG 0412 Ø.JPG',
    })
    folder = await mkdtemp(join(tmpdir(), 'imagestead-media-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
    await server.stop()
  })

  /** Path and query of the signed link. */
  const linkOf = async (variant: string, { id = capture.id, client = manager, query = '' } = {}) => {
    const { status, headers } = await client.call('GET', `/v1/photos/${id}/file/${variant}${query}`)
    expect(status).toBe(302)
    const location = new URL(headers.get('location') ?? '')
    expect(location.origin).toBe(server.url)
    return `${location.pathname}${location.search}`
  }
  const fetched = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(`${server.url}${path}`, { method, headers })
    const bytes = Buffer.from(await response.arrayBuffer())
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, headers: response.headers, bytes, json: isJson ? JSON.parse(`${bytes}`) : null }
  }
  /** "the documented way is `curl -L '<preview_url>' -H 'Authorization: apiKey ...' -o file`" */
  const curl = async (url: string, ...more: string[]) => {
    const file = join(folder, `${Math.random()}`)
    const { stdout } = await run('curl', ['-sS', '-L', url, ...more, '-o', file, '-w', '%{http_code} %{content_type}'])
    return { told: stdout, bytes: await readFile(file) }
  }
  const urlsOf = async (client = manager, id = capture.id) =>
    (await client.call('GET', `/v1/photos/${id}`)).json.photo as Record<string, string | null>

  describe('conformance check 1, by curl', () => {
    it('"gives a JPEG; without the header 401 JSON with ok:false; with a disabled key 401"', async () => {
      const { preview_url: url } = await urlsOf()
      const got = await curl(url ?? '', '-H', `Authorization: apiKey ${manager.key}`)
      expect(got.told).toBe('200 image/jpeg')
      expect(got.bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff')
      const without = await curl(url ?? '')
      expect(without.told).toBe('401 application/json; charset=utf-8')
      expect(JSON.parse(`${without.bytes}`)).toMatchObject({ ok: false, error: { code: 'unauthorized' } })

      const other = await sitesClient(server)
      const link = await linkOf('preview', { client: other })
      expect((await fetched(link)).status).toBe(200)
      const { store } = server.composed
      const [key] = (await store.read.keys.pageOfUser(other.user.id, 'site', { offset: 0, limit: 1 })).keys
      await store.tx((tx) => tx.keys.update(key?.id ?? '', { status: 'disabled' }))
      const disabled = await curl(url ?? '', '-H', `Authorization: apiKey ${other.key}`)
      expect(disabled.told).toBe('401 application/json; charset=utf-8')
      // "the signed link … fails … after disabling the key"
      expect(await fetched(link)).toMatchObject({ status: 403, json: { ok: false, error: { code: 'forbidden' } } })
      await store.tx((tx) => tx.keys.update(key?.id ?? '', { status: 'active' }))
      expect((await fetched(link)).status).toBe(200)
      // And with the account.
      await store.tx((tx) => tx.users.update(other.user.id, { siteAccess: null }))
      expect((await fetched(link)).status).toBe(403)
      await store.tx((tx) => tx.users.update(other.user.id, { siteAccess: 'view', status: 'disabled' }))
      expect((await fetched(link)).status).toBe(403)
    })

    it('"the signed link alone works … fails … with any changed query member"', async () => {
      const link = await linkOf('thumb')
      expect((await fetched(link)).status).toBe(200)
      const [path = '', query = ''] = link.split('?')
      for (const name of ['e', 'k', 'n', 's']) {
        const members = new URLSearchParams(query)
        const value = members.get(name) ?? ''
        for (const other of [
          name === 'k' ? 'sk_other' : /^\d+$/.test(value) ? `${Number(value) + 1}` : `${value}A`,
          '',
        ]) {
          members.set(name, other)
          const refused = await fetched(`${path}?${members}`)
          expect([name, refused.status, refused.json.error.code]).toEqual([name, 403, 'bad_signature'])
        }
        members.delete(name)
        expect((await fetched(`${path}?${members}`)).status).toBe(403)
      }
      for (const other of [`${link}&x=1`, `${link}&e=1`, link.replace('/thumb/', '/original/'), path]) {
        expect((await fetched(other)).json.error.code).toBe('bad_signature')
      }
    })

    it('"Must accept and ignore an `Authorization: apiKey` header"', async () => {
      const link = await linkOf('thumb')
      for (const authorization of [`apiKey ${manager.key}`, 'apiKey wrong', 'Bearer x']) {
        expect((await fetched(link, { authorization })).status).toBe(200)
      }
    })

    it('a name with blanks and other letters is in the link and in the answer', async () => {
      const link = await linkOf('original')
      expect(decodeURIComponent(link)).toContain('/IMG 0412 Ø.JPG?')
      const { headers } = await fetched(link)
      expect(headers.get('content-disposition')).toBe(
        `inline; filename="IMG 0412 _.JPG"; filename*=utf-8''IMG%200412%20%C3%98.JPG`,
      )
    })
  })

  describe('conformance check 6', () => {
    it('"Original bytes equal the upload (SHA-256)"', async () => {
      const { original_url: url, sha256: told } = await urlsOf()
      const got = await curl(url ?? '', '-H', `Authorization: apiKey ${manager.key}`)
      expect(sha256(got.bytes)).toBe(sha256(taken))
      expect(told).toBe(sha256(taken))
    })

    it('"Previews carry no GPS", and nothing else of the camera; they stand upright, in sRGB', async () => {
      await manager.call('PATCH', `/v1/installations/${place}`, { json: { watermark: { text: 'Acme' } } })
      for (const [variant, width, height] of [
        ['thumb', 213, 320],
        ['preview', 853, 1280],
        ['watermark', 1280, 1920],
      ] as const) {
        const { bytes, headers } = await fetched(await linkOf(variant))
        expect([variant, headers.get('content-type')]).toEqual([variant, 'image/jpeg'])
        const facts = await sharp(bytes).metadata()
        expect(facts).toMatchObject({ format: 'jpeg', width, height, space: 'srgb' })
        expect([facts.exif, facts.xmp, facts.iptc, facts.orientation]).toEqual([
          undefined,
          undefined,
          undefined,
          undefined,
        ])
        expect(`${bytes.toString('latin1')}`).not.toMatch(/Acme Camera|GPS|Exif/)
      }
    })
  })

  describe('variants (section 6.3)', () => {
    it('are never enlarged', async () => {
      const small = await addPhoto(server, place, await photo(200, 150, 'jpeg', 3))
      for (const variant of ['thumb', 'preview', 'watermark']) {
        const { bytes } = await fetched(await linkOf(variant, { id: small.id }))
        expect(await sharp(bytes).metadata()).toMatchObject({ width: 200, height: 150 })
      }
    })

    it('"?format=webp|avif on thumb/preview allowed"', async () => {
      for (const [format, found] of [
        ['webp', 'webp'],
        ['avif', 'heif'],
      ] as const) {
        const { bytes, headers } = await fetched(await linkOf('thumb', { query: `?format=${format}` }))
        expect(headers.get('content-type')).toBe(`image/${format}`)
        expect(await sharp(bytes).metadata()).toMatchObject({ format: found, width: 213 })
      }
      for (const path of ['original?format=webp', 'thumb?format=png', 'thumb?size=3']) {
        const { status, json } = await manager.call('GET', `/v1/photos/${capture.id}/file/${path}`)
        expect([path, status, json.error.code]).toEqual([path, 400, 'invalid_request'])
      }
    })

    it('unknown ones are 404, and so are those of photos that are not seen', async () => {
      const stranger = await sitesClient(server, { siteAccess: null })
      for (const [client, path] of [
        [manager, `${capture.id}/file/huge`],
        [manager, 'ph_nothing/file/thumb'],
        [manager, 'tl_nothing/file/thumb'],
        [stranger, `${capture.id}/file/thumb`],
        [stranger, `${capture.id}/file/huge`],
      ] as const) {
        const { status, json } = await client.call('GET', `/v1/photos/${path}`)
        expect([path, status, json.ok]).toEqual([path, 404, false])
      }
    })

    it('"Variant not available to this user: 403": by rights', async () => {
      const seen = { original: 403, preview: 403, thumb: 302, watermark: 302 }
      const expected = {
        view_watermarked: seen,
        view: { ...seen, preview: 302 },
        download: { ...seen, preview: 302, original: 302 },
      }
      for (const [siteAccess, statuses] of Object.entries(expected)) {
        const client = await sitesClient(server, { siteAccess: siteAccess as 'view' })
        for (const [variant, status] of Object.entries(statuses)) {
          const answer = await client.call('GET', `/v1/photos/${capture.id}/file/${variant}`)
          expect([siteAccess, variant, answer.status]).toEqual([siteAccess, variant, status])
        }
        const { original_url, preview_url } = await urlsOf(client)
        if (siteAccess === 'view_watermarked') expect([original_url, preview_url]).toEqual([null, null])
      }
    })
  })

  describe('first step', () => {
    it('"302 … `Cache-Control: private, no-store`, empty body. `HEAD` likewise."', async () => {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, bytes } = await manager.call(method, `/v1/photos/${capture.id}/file/thumb`)
        expect([status, bytes.length, headers.get('cache-control')]).toEqual([302, 0, 'private, no-store'])
        expect(headers.get('location')).toMatch(
          /^http:\/\/127[^ ]+\/site\/media\/ph_\w+\/thumb\/\w+\/[^/?]+\.jpg\?e=\d+&/,
        )
      }
    })
  })

  it('"A web-session cookie is accepted as well": its links end with the session', async () => {
    const { user } = await sitesClient(server)
    const person = await signedIn(server, user.username)
    const step = await person.call('GET', `/v1/photos/${capture.id}/file/thumb`)
    expect(step.status).toBe(302)
    const link = step.headers.get('location')?.slice(server.url.length) ?? ''
    expect((await fetched(link)).status).toBe(200)
    expect((await person.call('POST', '/account/sign-out')).status).toBe(200)
    expect((await fetched(link)).status).toBe(403)
  })

  describe('signed link (section 6.2)', () => {
    it('has the headers that it should have, with 304 and HEAD', async () => {
      const link = await linkOf('preview')
      const { headers, bytes } = await fetched(link)
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-length': String(bytes.length),
        'content-type': 'image/jpeg',
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        'access-control-allow-origin': '*',
        'cache-control': expect.stringMatching(/^private, max-age=(300|29\d)$/),
        etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        'last-modified': expect.stringMatching(/GMT$/),
      })
      const head = await fetched(link, {}, 'HEAD')
      expect([head.status, head.bytes.length, head.headers.get('content-length')]).toEqual([200, 0, `${bytes.length}`])
      const etag = headers.get('etag') ?? ''
      const same = await fetched(link, { 'if-none-match': etag })
      expect([same.status, same.bytes.length, same.headers.get('etag')]).toEqual([304, 0, etag])
      expect((await fetched(link, { 'if-none-match': '"other"' })).status).toBe(200)
      // As a browser asks before it goes on with a download.
      const ask = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range,if-range' }
      const preflight = await fetched(link, { origin: 'https://a.example', ...ask }, 'OPTIONS')
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
      expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Range.*If-Modified-Since.*If-Range/)
      expect((await fetched(link, {}, 'POST')).status).toBe(405)
    })

    it.each(['original', 'preview'])('gives ranges of the %s: 206, 416, If-Range', async (variant) => {
      const link = await linkOf(variant)
      const whole = await fetched(link)
      const size = whole.bytes.length
      const part = await fetched(link, { range: 'bytes=10-19' })
      expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${size}`])
      expect(part.bytes.equals(whole.bytes.subarray(10, 20))).toBe(true)
      const last = await fetched(link, { range: 'bytes=-5', 'if-range': whole.headers.get('etag') ?? '' })
      expect(last.bytes.equals(whole.bytes.subarray(-5))).toBe(true)
      expect((await fetched(link, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
      const beyond = await fetched(link, { range: `bytes=${size}-` })
      expect([beyond.status, beyond.headers.get('content-range'), beyond.json.ok]).toEqual([
        416,
        `bytes */${size}`,
        false,
      ])
    })

    it('"Changing it raises `rev`, so old renderings are never served"', async () => {
      const set = (watermark: object | null) =>
        manager.call('PATCH', `/v1/installations/${place}`, { json: { watermark } })
      const bright = await addPhoto(server, place, await solid(1000, 600, [240, 240, 240], 'jpeg'))
      const mark = await libraryClient(server).upload({ file: await solid(200, 100, red), fileName: 'mark.png' })
      const image_file_id = mark.json.fileId
      await set({ image_file_id, gravity: 'northwest', opacity: 1, scale: 0.2, margin: 0 })
      const first = await linkOf('watermark', { id: bright.id })
      const marked = await look((await fetched(first)).bytes)
      expect(marked.at(100, 50)).toSatisfy(([r, g]: number[]) => (r ?? 0) > 200 && (g ?? 255) < 60)
      expect(marked.at(300, 50)).toSatisfy(([, g]: number[]) => (g ?? 0) > 220)

      await set({ image_file_id, gravity: 'southeast', opacity: 1, scale: 0.2, margin: 0 })
      expect(await fetched(first)).toMatchObject({ status: 410, json: { error: { code: 'link_expired' } } })
      const second = await linkOf('watermark', { id: bright.id })
      expect(second.split('?')[0]).not.toBe(first.split('?')[0])
      const moved = await look((await fetched(second)).bytes)
      expect(moved.at(100, 50)).toSatisfy(([, g]: number[]) => (g ?? 0) > 220)
      expect(moved.at(950, 580)).toSatisfy(([r, g]: number[]) => (r ?? 0) > 200 && (g ?? 255) < 60)

      await set(null)
      expect((await fetched(second)).status).toBe(403)
      expect((await urlsOf(manager, bright.id)).watermark_url).toBeNull()
      const { status, json } = await manager.call('GET', `/v1/photos/${bright.id}/file/watermark`)
      expect([status, json.error.code]).toEqual([404, 'not_found'])
    })

    it('a watermark is checked when it is set', async () => {
      for (const [watermark, field] of [
        [{ image_file_id: '0123456789abcdef01234567' }, 'watermark.image_file_id'],
        [{ image_file_id: 'x' }, 'watermark.image_file_id'],
        [{ text: 'a', image_file_id: 'x' }, 'watermark'],
        [{}, 'watermark'],
        [{ text: 'a', gravity: 'upwards' }, 'watermark.gravity'],
        [{ text: 'a', scale: 0.01 }, 'watermark.scale'],
        [{ text: 'a', margin: 0.3 }, 'watermark.margin'],
        [{ text: 'a', opacity: 1.1 }, 'watermark.opacity'],
        [{ text: 'a', colour: 'red' }, 'watermark.colour'],
      ] as const) {
        const { status, json } = await manager.call('PATCH', `/v1/installations/${place}`, { json: { watermark } })
        expect([field, status, json.error.field]).toEqual([field, 400, field])
      }
    })

    it('"Two signing keys live at once (`n`) for rotation"', async () => {
      const { store, clock } = server.composed
      const first = await linkOf('thumb')
      const number = await rollMediaKey({ store, clock })
      // Heard within a second.
      ahead += 1100
      const second = await linkOf('thumb')
      expect(new URLSearchParams(second.split('?')[1]).get('n')).toBe(`${number}`)
      expect([(await fetched(first)).status, (await fetched(second)).status]).toEqual([200, 200])
      await rollMediaKey({ store, clock })
      ahead += 1100
      expect((await fetched(first)).json.error.code).toBe('bad_signature')
      expect((await fetched(second)).status).toBe(200)
    })

    it('"Lifetime 300 s … checked when the request starts": afterwards 410', async () => {
      const link = await linkOf('thumb')
      ahead += 299_000
      expect((await fetched(link)).headers.get('cache-control')).toMatch(/^private, max-age=[01]$/)
      ahead += 2000
      const { status, json } = await fetched(link)
      expect([status, json.error.code]).toEqual([410, 'link_expired'])
    })
  })

  describe('"a Sites media link is read in-process … in every API that takes URLs"', () => {
    const task = async (url: string) => {
      const tasks = await TasksClient.of(server)
      const id = await tasks.start('resizeimage')
      return tasks.call('POST', '/v1/upload', { json: { task: id, cloud_file: url } })
    }

    it('is a file of a task, of the library and of the Scoring API', async () => {
      const url = `${server.url}${await linkOf('preview')}`
      expect(await task(url)).toMatchObject({ status: 200, json: { width: 853, height: 1280 } })
      const stored = await libraryClient(server).upload({ file: url, fileName: 'copy.jpg' })
      expect([stored.status, stored.json.width]).toEqual([200, 853])
      const scoring = await scoringClient(server)
      const scored = await scoring.post('/v2.0/score', { 'image-url': url })
      expect(scored).toMatchObject({ status: 200, json: { score: expect.anything() } })
    })

    it('under its own rules: signature, expiry, key', async () => {
      const other = await sitesClient(server)
      const link = await linkOf('thumb', { client: other })
      const url = `${server.url}${link}`
      expect((await task(url)).status).toBe(200)
      const refused = async (given: string, why: RegExp) =>
        expect(await task(given)).toMatchObject({
          status: 400,
          json: { error: { message: expect.stringMatching(why) } },
        })
      await refused(`${url}A`, /no link that this server gave/)
      await refused(`${server.url}/site/v1/photos/${capture.id}/file/thumb`, /needs a key; give the signed link/)
      await refused(`${server.url}/site/media/${capture.id}/thumb`, /no link that this server gave/)
      await server.composed.store.tx((tx) => tx.users.update(other.user.id, { siteAccess: null }))
      await refused(url, /may not be seen any more/)
      await server.composed.store.tx((tx) => tx.users.update(other.user.id, { status: 'disabled' }))
      await refused(url, /has ended/)
      ahead += 301_000
      await refused(url, /has expired/)
    })
  })
}
