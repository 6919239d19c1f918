/** Shares and embeds: "`url` `{S}/s/{token}` (32 random bytes, stored hashed)" (site-photos-api.md section 10). */
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Capture } from '../../src/core/sites/records.ts'
import { photo } from '../support/pictures.ts'
import { addPhoto } from '../support/site-photos.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

interface Given {
  share: { id: string; [member: string]: unknown }
  url: string
  embed_url: string
  image_url: string
}

export function shareSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let place: string
  let first: Capture
  let latest: Capture
  let ahead = 0

  beforeAll(async () => {
    server = await stack.start({}, { now: () => Date.now() + ahead })
    manager = await sitesClient(server)
    place = await addInstallation(manager, { name: 'North <tower>', timezone: 'Australia/Brisbane' })
    first = await addPhoto(server, place, await photo(1600, 1200), { taken: Date.parse('2021-05-30T01:00:00Z') })
    latest = await addPhoto(server, place, await photo(1600, 1200, 'jpeg', 2), {
      taken: Date.parse('2021-05-31T22:15:00Z'),
    })
  })
  afterAll(() => server.stop())

  const share = async (json: object, client = manager): Promise<Given> => {
    const answer = await client.call('POST', '/v1/shares', { json })
    expect([answer.status, answer.json.error]).toEqual([201, undefined])
    return answer.json
  }
  const visit = async (url: string, { headers = {}, method = 'GET', body }: Visit = {}) => {
    const response = await fetch(url.startsWith('/') ? `${server.url}${url}` : url, {
      method,
      redirect: 'manual',
      headers,
      ...(body === undefined ? {} : { body }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8') }
  }
  const pictures = (text: string) => [...text.matchAll(/<img src="([^"]+)"/g)].map(([, src = '']) => src)
  const set = (watermark: object | null) => manager.call('PATCH', `/v1/installations/${place}`, { json: { watermark } })

  it('of an installation shows its days, with pictures by links of its own; "Share pages carry `noindex`"', async () => {
    const { share: made, url } = await share({ installation_id: place, label: 'For the <neighbours>' })
    expect(made).toMatchObject({ installation_id: place, variant_max: 'preview', has_password: false, expired: false })
    expect(url).toMatch(/\/site\/s\/[\w-]{43}$/)
    const page = await visit(url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('x-robots-tag')).toBe('noindex, nofollow')
    expect(page.headers.get('set-cookie')).toBeNull()
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.text).toContain('<meta name="robots" content="noindex, nofollow">')
    expect(page.text).toContain('For the &#60;neighbours&#62;')
    // The latest day in the installation's zone.
    expect(page.text).toContain('Tuesday 1 June 2021 · 1 photo')
    expect(page.text).toContain('?date=2021-05-30')
    const [thumb = ''] = pictures(page.text)
    const step = await visit(thumb)
    expect([step.status, step.headers.get('cache-control')]).toEqual([302, 'private, no-store'])
    const file = await visit(step.headers.get('location') ?? '')
    expect(await sharp(file.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 320 })

    const before = await visit(`${url}?date=2021-05-30`)
    expect(before.text).toContain(first.id)
    const large = await visit(`${url}?photo=${latest.id}`)
    expect(pictures(large.text)[0]).toContain('/preview')
    expect(large.text).toContain(`?photo=${first.id}`)
    expect(large.text).not.toContain('Download')
    expect((await visit(`${url}?date=2020-01-01`)).text).toContain('No photos on this day')
    expect((await visit(`${url}?photo=ph_other`)).status).toBe(404)
  })

  it('of chosen photos shows those, with downloads where they are allowed', async () => {
    const { url } = await share({ photo_ids: [first.id], variant_max: 'original', allow_download: true })
    const page = await visit(url)
    expect(page.text).toContain('1 photo')
    expect(page.text).not.toContain(latest.id)
    const large = await visit(`${url}?photo=${first.id}`)
    const [, download = ''] = /<a class="button" href="([^"]+)" download/.exec(large.text) ?? []
    const file = await visit((await visit(download)).headers.get('location') ?? '')
    expect(file.bytes.length).toBe(first.size)
    const path = new URL(url).pathname
    expect((await visit(`${path}/file/${latest.id}/thumb`)).status).toBe(404)
    expect((await visit(`${url}?photo=${latest.id}`)).status).toBe(404)
  })

  it('gives no more than `variant_max`; of watermarked ones no clean picture but the thumbnail', async () => {
    await set({ text: 'Acme' })
    const expected = {
      thumb: ['thumb'],
      preview: ['thumb', 'preview'],
      watermark: ['thumb', 'watermark'],
      original: ['thumb', 'preview', 'watermark', 'original'],
    }
    for (const [variant_max, shown] of Object.entries(expected)) {
      const { pathname } = new URL((await share({ installation_id: place, variant_max })).url)
      for (const variant of ['thumb', 'preview', 'watermark', 'original', 'video']) {
        const { status } = await visit(`${pathname}/file/${latest.id}/${variant}`)
        expect([variant_max, variant, status]).toEqual([variant_max, variant, shown.includes(variant) ? 302 : 404])
      }
    }
  })

  it('"nobody shares more than they may see", now and later', async () => {
    const viewer = await sitesClient(server, { siteAccess: 'view_watermarked' })
    const stranger = await sitesClient(server, { siteAccess: null })
    const refused = await viewer.call('POST', '/v1/shares', {
      json: { installation_id: place, variant_max: 'preview' },
    })
    expect([refused.status, refused.json.error.code]).toEqual([403, 'forbidden'])
    for (const json of [
      { installation_id: place },
      { photo_ids: [first.id] },
      { photo_ids: ['ph_none'] },
      { timelapse_id: 'tl_none' },
    ]) {
      expect((await stranger.call('POST', '/v1/shares', { json })).status).toBe(404)
    }
    expect((await stranger.call('GET', '/v1/shares')).json.shares).toEqual([])

    const downloader = await sitesClient(server, { siteAccess: 'download' })
    const { url } = await share({ installation_id: place, variant_max: 'original' }, downloader)
    const path = `${new URL(url).pathname}/file/${latest.id}`
    const link = (await visit(`${path}/preview`)).headers.get('location') ?? ''
    expect((await visit(link)).status).toBe(200)
    const { store } = server.composed
    const now = (siteAccess: 'view_watermarked' | null) =>
      store.tx((tx) => tx.users.update(downloader.user.id, { siteAccess }))
    await now('view_watermarked')
    expect((await visit(`${path}/preview`)).status).toBe(403)
    expect((await visit(link)).status).toBe(403)
    expect((await visit(`${path}/watermark`)).status).toBe(302)
    expect(pictures((await visit(`${url}?photo=${latest.id}`)).text)[0]).toContain('/watermark')
    await now(null)
    expect((await visit(url)).status).toBe(404)
    expect((await visit(`${path}/thumb`)).status).toBe(404)
  })

  it('"`DELETE {S}/v1/shares/{id}` (acts at once)", also on links made through it', async () => {
    const { share: made, url, embed_url, image_url } = await share({ installation_id: place })
    const link = (await visit(`${new URL(url).pathname}/file/${latest.id}/thumb`)).headers.get('location') ?? ''
    const other = await sitesClient(server, { siteAccess: 'view' })
    expect((await other.call('DELETE', `/v1/shares/${made.id}`)).status).toBe(404)
    for (const one of [url, link, embed_url, image_url]) expect((await visit(one)).status).toBe(200)
    expect(await manager.call('DELETE', `/v1/shares/${made.id}`)).toMatchObject({ status: 200, json: { ok: true } })
    for (const [one, status] of [
      [url, 404],
      [link, 403],
      [embed_url, 404],
      [image_url, 404],
    ] as const) {
      expect((await visit(one)).status).toBe(status)
    }
    expect((await manager.call('DELETE', `/v1/shares/${made.id}`)).status).toBe(404)
  })

  it('is listed without its address, to whoever made it and to managers; pages go on', async () => {
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    const ids: string[] = []
    for (const label of ['a', 'b', 'c']) ids.unshift((await share({ installation_id: place, label }, viewer)).share.id)
    const page = await viewer.call('GET', '/v1/shares?limit=2')
    const next = await viewer.call('GET', `/v1/shares?limit=2&cursor=${page.json.paging.next_cursor}`)
    const listed = [...page.json.shares, ...next.json.shares]
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(next.json.paging.next_cursor).toBeNull()
    expect(JSON.stringify(listed)).not.toMatch(/\/site\/s\/|token|hash/i)
    const all = await manager.call('GET', '/v1/shares?limit=500')
    expect(all.json.shares.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(ids))
    const stored = await server.composed.store.read.shares.find(ids[0] ?? '')
    expect(stored?.tokenHash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('refuses what it cannot do, naming the member', async () => {
    for (const [json, field] of [
      [{}, 'installation_id'],
      [{ installation_id: place, photo_ids: [first.id] }, 'installation_id'],
      [{ photo_ids: [] }, 'photo_ids'],
      [{ installation_id: place, variant_max: 'huge' }, 'variant_max'],
      [{ installation_id: place, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
      [{ installation_id: place, password: 'abc' }, 'password'],
      [{ installation_id: place, allowed_origins: ['example.com'] }, 'allowed_origins.0'],
      [{ installation_id: place, allowed_origins: ["https://a.example; script-src 'self'"] }, 'allowed_origins.0'],
      [{ installation_id: place, colour: 'red' }, 'colour'],
    ] as const) {
      const { status, json: told } = await manager.call('POST', '/v1/shares', { json })
      expect([field, status, told.error.field]).toEqual([field, 400, field])
    }
    const none = await manager.call('POST', '/v1/shares', { json: { installation_id: 'in_none' } })
    expect([none.status, none.json.error.field]).toEqual([404, 'installation_id'])
  })

  describe('with a password', () => {
    const enter = (url: string, password: string) =>
      visit(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ password }).toString(),
      })

    it('asks for it, and keeps one cookie for that', async () => {
      const { url, embed_url, image_url } = await share({ installation_id: place, password: 'open sesame' })
      const asked = await visit(url)
      expect(asked.text).toContain('name="password"')
      expect(asked.text).not.toContain('/file/')
      const file = `${new URL(url).pathname}/file/${latest.id}/thumb`
      expect((await visit(file)).status).toBe(403)
      // Frames and plain pictures cannot ask.
      expect((await visit(embed_url)).text).not.toContain('/file/')
      expect((await visit(image_url)).status).toBe(403)

      const wrong = await enter(url, 'open barley')
      expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([403, null])
      expect(wrong.text).toContain('not the password')
      const right = await enter(url, 'open sesame')
      expect([right.status, right.headers.get('location')]).toEqual([303, new URL(url).pathname])
      const set = right.headers.get('set-cookie') ?? ''
      expect(set).toContain(`Path=${new URL(url).pathname}; HttpOnly; SameSite=Lax`)
      const headers = { cookie: set.split(';')[0] ?? '' }
      expect((await visit(url, { headers })).text).toContain('/file/')
      expect((await visit(file, { headers })).status).toBe(302)
      // Of this share only.
      const other = await share({ installation_id: place, password: 'open sesame' })
      expect((await visit(other.url, { headers })).text).toContain('name="password"')
    })

    it('"throttled guesses": after ten wrong ones they wait', async () => {
      const { url } = await share({ installation_id: place, password: 'open sesame' })
      for (let guess = 0; guess < 10; guess += 1) expect((await enter(url, `guess ${guess}`)).status).toBe(403)
      const late = await enter(url, 'open sesame')
      expect([late.status, Number(late.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
      expect(late.text).toContain('Too many wrong passwords')
    })
  })

  describe('embeds', () => {
    it('"`frame-ancestors` from the share’s `allowed_origins`"', async () => {
      const { embed_url } = await share({
        installation_id: place,
        allowed_origins: ['https://www.example.com', 'https://*.example.org:8443'],
      })
      const { status, headers, text } = await visit(embed_url)
      expect(status).toBe(200)
      expect(headers.get('content-security-policy')).toContain(
        'frame-ancestors https://www.example.com https://*.example.org:8443',
      )
      expect(headers.get('x-frame-options')).toBeNull()
      expect(headers.get('x-robots-tag')).toContain('noindex')
      expect(pictures(text)[0]).toContain(`${latest.id}/preview`)
      expect(text).toContain('Tuesday 1 June 2021, 08:15')
      const alone = await share({ installation_id: place })
      expect((await visit(alone.embed_url)).headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    })

    it('"`latest.jpg` an image for plain `<img>`", which follows the newest photo', async () => {
      const site = await addInstallation(manager)
      const { image_url } = await share({ installation_id: site, variant_max: 'thumb' })
      expect((await visit(image_url)).status).toBe(404)
      await addPhoto(server, site, await photo(800, 600, 'jpeg', 5), { taken: Date.parse('2022-01-01T10:00:00Z') })
      const one = await visit(image_url)
      expect(Object.fromEntries(one.headers)).toMatchObject({
        'content-type': 'image/jpeg',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        'cross-origin-resource-policy': 'cross-origin',
        'cache-control': 'public, max-age=30',
      })
      expect(await sharp(one.bytes).metadata()).toMatchObject({ width: 320, height: 240 })
      const headers = { 'if-none-match': one.headers.get('etag') ?? '' }
      expect((await visit(image_url, { headers })).status).toBe(304)
      await addPhoto(server, site, await photo(800, 600, 'jpeg', 6), { taken: Date.parse('2022-01-02T10:00:00Z') })
      const other = await visit(image_url, { headers })
      expect([other.status, other.bytes.equals(one.bytes)]).toEqual([200, false])
    })
  })

  it('ends when it says so', async () => {
    const expires = new Date(Date.now() + ahead + 3_600_000).toISOString()
    const { share: made, url } = await share({ installation_id: place, expires_at: expires })
    const link = (await visit(`${new URL(url).pathname}/file/${latest.id}/thumb`)).headers.get('location') ?? ''
    expect((await visit(url)).status).toBe(200)
    ahead += 3_601_000
    expect((await visit(url)).status).toBe(404)
    expect((await visit(link)).status).toBe(410)
    const { shares } = (await manager.call('GET', '/v1/shares')).json
    expect(shares.find(({ id }: { id: string }) => id === made.id)).toMatchObject({ expired: true })
  })
}

interface Visit {
  headers?: Record<string, string>
  method?: string
  body?: string
}
