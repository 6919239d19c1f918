/** Pages of shares in a real browser: readable, whole, by themselves and framed by another site (site-photos-api.md section 10). */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { packageRoot } from '../../src/paths.ts'
import { addPhoto } from '../support/site-photos.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Started, start } from './start.ts'
import { unreadableTexts } from './unreadable-texts.ts'

const missing = chromiumPath === undefined && process.env.CI !== 'true'

describe.skipIf(missing)('pages of shares', () => {
  let server: Started
  let browser: Browser
  let manager: SitesClient
  let place: string
  let photoId = ''
  /** The films of the photos, by format. */
  const films: Record<string, string> = {}
  /** Another site, which frames what its query names. */
  let other: Server
  let otherOrigin: string

  beforeAll(async () => {
    browser = await launchChromium()
    server = await start()
    manager = await sitesClient(server)
    place = await addInstallation(manager, { name: 'North tower, view from the crane', timezone: 'Australia/Brisbane' })
    const scene = readFileSync(join(packageRoot, 'src/apis/home/assets/sample.jpg'))
    for (let hour = 0; hour < 5; hour += 1) {
      const bytes = await sharp(scene)
        .resize(1500, 1000, { fit: 'cover' })
        .modulate({ brightness: 0.6 + hour / 10 })
        .jpeg()
        .toBuffer()
      const taken = Date.parse('2021-05-31T20:00:00Z') + hour * 3_600_000
      photoId = (await addPhoto(server, place, bytes, { taken })).id
    }
    for (const format of ['mp4', 'webm']) films[format] = await filmOf(format)
    other = createServer((request, response) => {
      const address = new URL(request.url ?? '/', 'http://x').searchParams.get('frame')
      response.setHeader('content-type', 'text/html')
      response.end(
        `<!doctype html><title>Another site</title><iframe src="${address}" width="640" height="400"></iframe>`,
      )
    })
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    otherOrigin = `http://localhost:${(other.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await browser?.close()
    other?.close()
    await server?.stop()
  })

  const share = async (fields: object) =>
    (await manager.call('POST', '/v1/shares', { json: { installation_id: place, ...fields } })).json as {
      url: string
      embed_url: string
    }

  /** Undefined: this server cannot make it. */
  async function filmOf(format: string): Promise<string> {
    const { json: able } = await manager.call('GET', '/v1/capabilities')
    if (!able.timelapse.formats[format].available) return ''
    const wished = { format, fps: 2, width: 640, height: 360, hold_last_ms: 500, date_stamp: true }
    const asked = await manager.call('POST', `/v1/installations/${place}/timelapses`, { json: wished })
    const { id } = asked.json.timelapse
    const isDone = async () => (await manager.call('GET', `/v1/timelapses/${id}`)).json.timelapse.status === 'done'
    await vi.waitUntil(isDone, { timeout: 40_000, interval: 100 })
    return id
  }

  async function open(address: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy/i.test(message.text())) faults.push(message.text())
    })
    await page.goto(address, { waitUntil: 'networkidle' })
    return { page, faults, close: () => context.close() }
  }
  const shot = async (page: Page, name: string) => {
    const folder = process.env.IMAGESTEAD_TEST_SHOTS
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) })
  }
  /** Plays it fast to its end, and then jumps back. */
  const playedFilm = `(async () => {
    const video = document.querySelector('video')
    const heard = (name) => new Promise((resolve) => {
      video.addEventListener(name, resolve, { once: true })
      video.addEventListener('error', resolve, { once: true })
    })
    video.muted = true
    video.playbackRate = 4
    const end = heard('ended')
    await video.play().catch(() => undefined)
    await end
    const { readyState, videoWidth: width, videoHeight: height, ended, duration, currentTime: at } = video
    const seeked = heard('seeked')
    video.currentTime = 1
    await seeked
    return { error: video.error && video.error.message, readyState, width, height, ended, duration, at, jumped: video.currentTime }
  })()`
  const shownPictures = 'Array.from(document.images).filter((one) => one.complete && one.naturalWidth > 0).length'

  const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
    [
      { width: 390, height: 844 },
      { width: 1280, height: 900 },
    ].map((viewport) => ({ colorScheme, viewport })),
  )
  test.each(views)('are readable and whole: $colorScheme, $viewport.width wide', async (view) => {
    const { url } = await share({ variant_max: 'original', allow_download: true })
    const locked = await share({ password: 'open sesame' })
    const film = await share({ installation_id: undefined, timelapse_id: films.mp4, allow_download: true })
    for (const [name, address, pictures] of [
      ['day', url, 5],
      ['photo', `${url}?photo=${photoId}`, 1],
      ['nothing', `${url}?date=2020-01-01`, 0],
      ['password', locked.url, 0],
      ['film', film.url, 0],
      ['film-framed', film.embed_url, 0],
    ] as const) {
      const { page, faults, close } = await open(address, view)
      await shot(page, `share-${name}-${view.colorScheme}-${view.viewport.width}`)
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(view.viewport.width)
      expect(await page.evaluate(unreadableTexts), name).toEqual([])
      expect(await page.evaluate(shownPictures), name).toBe(pictures)
      expect(faults, name).toEqual([])
      await close()
    }
  })

  test('a visitor types the password and goes from photo to photo', async () => {
    const { url } = await share({ password: 'open sesame' })
    const { page, faults, close } = await open(url)
    await page.fill('input[name=password]', 'open sesame')
    await page.click('text=Show the photos')
    await page.waitForURL(url)
    await page.click(`a[href$="photo=${photoId}"]`)
    await page.waitForLoadState('networkidle')
    expect(await page.evaluate(shownPictures)).toBe(1)
    await page.click('text=← Before')
    await page.waitForLoadState('networkidle')
    expect(await page.textContent('.lead')).toContain('Tuesday 1 June 2021, 09:00')
    await page.click('text=All photos')
    await page.waitForLoadState('networkidle')
    await page.fill('input[type=date]', '2021-05-30')
    await page.click('text=Show')
    await page.waitForLoadState('networkidle')
    expect(await page.textContent('main')).toContain('No photos on this day')
    expect(faults).toEqual([])
    await close()
  })

  test.each(['mp4', 'webm'])('a film is played: %s', async (format) => {
    // WebM: without an ffmpeg there is none.
    if (films[format] === '') return
    const { url, embed_url: framed } = await share({ installation_id: undefined, timelapse_id: films[format] })
    for (const address of [url, framed]) {
      const { page, faults, close } = await open(address)
      const seen = await page.evaluate(playedFilm)
      expect(seen).toMatchObject({ error: null, readyState: 4, width: 640, height: 360, ended: true })
      // Five frames at two a second, and half a second more for the last one.
      expect(seen).toMatchObject({
        duration: expect.closeTo(3, 1),
        at: expect.closeTo(3, 1),
        jumped: expect.closeTo(1, 1),
      })
      await shot(page, `film-played-${format}`)
      expect(faults).toEqual([])
      await close()
    }
  })

  test('another site frames what it may frame, and nothing else', async () => {
    const allowed = await share({ allowed_origins: [otherOrigin] })
    const framed = await open(`${otherOrigin}/?frame=${encodeURIComponent(allowed.embed_url)}`)
    await shot(framed.page, 'share-framed')
    const [, frame] = framed.page.frames()
    expect(await frame?.evaluate(shownPictures)).toBe(1)
    expect(await frame?.textContent('figcaption')).toContain('Tuesday 1 June 2021, 10:00')
    expect(framed.faults).toEqual([])
    await framed.close()

    const alone = await share({})
    for (const address of [alone.embed_url, allowed.url]) {
      const refused = await open(`${otherOrigin}/?frame=${encodeURIComponent(address)}`)
      const inside = refused.page.frames()[1]
      // The browser's own page about the refusal.
      expect(inside?.url()).toMatch(/^chrome-error:/)
      expect(refused.faults.join()).toMatch(/frame/i)
      await refused.close()
    }
  })
})
