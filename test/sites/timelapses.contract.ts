/** "Time-lapse" (site-photos-api.md section 9) and check 10: films through the API, with and without ffmpeg. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expireTimelapses } from '../../src/core/sites/timelapse-expiry.ts'
import { demux, framesOf, pixelOf, probe, withoutFfmpeg } from '../support/films.ts'
import { addPhoto } from '../support/site-photos.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const size = { width: 160, height: 90 }
const hour = 3_600_000
const noon = Date.parse('2021-05-31T12:00:00Z')
/** Of the photo's middle: it tells which one it is. */
const greenOf = (index: number) => 30 + index * 25

async function drawn(index: number): Promise<Buffer> {
  return sharp({ create: { width: 640, height: 360, channels: 3, background: { r: 90, g: greenOf(index), b: 60 } } })
    .jpeg({ quality: 92 })
    .toBuffer()
}

export function timelapseSuite(stack: Stack): void {
  let folder: string
  let server: TestServer
  let plain: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imagestead-films-'))
    server = await stack.start()
    plain = await stack.start({ SITE_FFMPEG: 'off' })
    manager = await sitesClient(server)
  })
  afterAll(async () => {
    await Promise.all([server.stop(), plain.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  /** An installation with a photo each hour from noon. */
  async function place(on: TestServer, client: SitesClient, photos: number, fields: Record<string, unknown> = {}) {
    const id = await addInstallation(client, fields)
    for (let index = 0; index < photos; index++) {
      await addPhoto(on, id, await drawn(index), { taken: noon + index * hour })
    }
    return id
  }

  async function finished(client: SitesClient, id: string) {
    for (let tries = 0; tries < 300; tries++) {
      const { json } = await client.call('GET', `/v1/timelapses/${id}`)
      if (!['queued', 'running'].includes(json.timelapse.status)) return json.timelapse
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('the film does not end')
  }

  async function film(client: SitesClient, installation: string, wishes: Record<string, unknown> = {}) {
    const asked = await client.call('POST', `/v1/installations/${installation}/timelapses`, {
      json: { ...size, ...wishes },
    })
    if (asked.status !== 202) throw new Error(JSON.stringify(asked.json))
    return { asked: asked.json.timelapse, done: await finished(client, asked.json.timelapse.id) }
  }

  /** As documented: the URL with the key, redirects followed. */
  async function fetched(client: SitesClient, url: string, name: string) {
    const response = await fetch(url, { headers: { authorization: `apiKey ${client.key}` } })
    const bytes = Buffer.from(await response.arrayBuffer())
    const path = join(folder, name)
    await writeFile(path, bytes)
    return { path, bytes, status: response.status, type: response.headers.get('content-type') }
  }

  it.skipIf(withoutFfmpeg)(
    'check 10: "mp4 opens in a standard demuxer with the expected frame count and size", with and without ffmpeg',
    async () => {
      for (const [way, on, client] of [
        ['with', server, manager],
        ['without', plain, await sitesClient(plain)],
      ] as const) {
        const id = await place(on, client, 7)
        const { asked, done } = await film(client, id, { fps: 10, hold_last_ms: 800 })
        expect(asked).toMatchObject({
          installation_id: id,
          frame_count: 7,
          duration_ms: 1500,
          video_url: null,
          error: null,
        })
        expect(done).toMatchObject({ status: 'done', progress: 1, frame_count: 7, skipped_count: 0, duration_ms: 1500 })
        const video = await fetched(client, done.video_url, `${way}.mp4`)
        expect([video.status, video.type, video.bytes.length]).toEqual([200, 'video/mp4', done.size_bytes])
        const seen = await demux(video.bytes)
        expect(seen).toMatchObject({ ...size, frames: 7, durationMs: 1500, startsAtOnce: true })
        expect(probe(video.path)).toMatchObject({ codec: 'h264', ...size, frames: 7, seconds: 1.5 })
        for (const [index, frame] of framesOf(video.path, size).entries()) {
          expect(Math.abs(pixelOf(frame, 160, 80, 45)[1] - greenOf(index))).toBeLessThan(14)
        }
        const poster = await fetched(client, done.poster_url, `${way}.jpg`)
        expect(await sharp(poster.path).metadata()).toMatchObject({ format: 'jpeg', ...size })
        const capabilities = (await client.call('GET', '/v1/capabilities')).json.timelapse
        expect(capabilities.formats.mp4.available).toBe(true)
        expect(capabilities.formats.webm.available).toBe(way === 'with')
        expect(capabilities.ffmpeg === null).toBe(way === 'without')
      }
    },
  )

  it.skipIf(withoutFfmpeg)('"webp always works", WebM with ffmpeg only, and a GIF', async () => {
    const id = await place(server, manager, 3)
    for (const [format, type] of [
      ['webm', 'video/webm'],
      ['webp', 'image/webp'],
      ['gif', 'image/gif'],
    ] as const) {
      const { done } = await film(manager, id, { format, fps: 5 })
      const video = await fetched(manager, done.video_url, `film.${format}`)
      expect([done.status, video.type]).toEqual(['done', type])
      if (format === 'webm') expect(probe(video.path)).toMatchObject({ codec: 'vp9', frames: 3, ...size })
      else expect(await sharp(video.path, { pages: -1 }).metadata()).toMatchObject({ pages: 3, delay: [200, 200, 200] })
    }
    const other = await sitesClient(plain)
    const there = await place(plain, other, 2)
    const refused = await other.call('POST', `/v1/installations/${there}/timelapses`, { json: { format: 'webm' } })
    expect([refused.status, refused.json.error.field]).toEqual([400, 'format'])
    expect(refused.json.error.message).toContain('/v1/capabilities')
  })

  it('picks what is asked for, and skips what cannot be read', async () => {
    const id = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
    // 08:00 to 17:30 there, twice an hour, on two days.
    const eight = Date.parse('2021-05-31T22:00:00Z')
    for (const day of [0, 24]) {
      for (let half = 0; half < 6; half++) {
        const flags = half === 3 ? (['dark'] as const) : []
        const bytes = await drawn((half + day / 4) / 2)
        await addPhoto(server, id, bytes, { taken: eight + day * hour + (half * hour) / 2, flags: [...flags] })
      }
    }
    const frames = async (wishes: Record<string, unknown>) =>
      (await manager.call('POST', `/v1/installations/${id}/timelapses`, { json: { ...size, ...wishes } })).json
        .timelapse?.frame_count
    expect(await frames({})).toBe(12)
    expect(await frames({ exclude_flags: ['dark'] })).toBe(10)
    expect(await frames({ every: '1h' })).toBe(6)
    expect(await frames({ every: '1d' })).toBe(2)
    expect(await frames({ time_from: '08:30', time_to: '09:30' })).toBe(6)
    expect(await frames({ to: '2021-06-01T12:00:00Z' })).toBe(6)
    expect(await frames({ max_frames: 5 })).toBe(5)
    const broken = (await drawn(1)).subarray(0, 400)
    await addPhoto(server, id, broken, { taken: eight + 48 * hour })
    await addPhoto(server, id, await drawn(8.8), { taken: eight + 49 * hour })
    const { done } = await film(manager, id, { from: '2021-06-02T12:00:00Z' }).catch(() => ({ done: undefined }))
    expect(done).toMatchObject({ status: 'done', frame_count: 1, skipped_count: 1, duration_ms: 42 })
  })

  it('"Same request over the same photos gives the cached result"; one more photo makes another', async () => {
    const id = await place(server, manager, 3)
    const first = await film(manager, id, { fps: 12 })
    const again = await manager.call('POST', `/v1/installations/${id}/timelapses`, { json: { ...size, fps: 12 } })
    expect([again.status, again.json.timelapse.id, again.json.timelapse.status]).toEqual([202, first.done.id, 'done'])
    await addPhoto(server, id, await drawn(5), { taken: noon + 9 * hour })
    const other = await film(manager, id, { fps: 12 })
    expect(other.done.id).not.toBe(first.done.id)
    const both = await manager.call('GET', `/v1/installations/${id}/timelapses?limit=1`)
    expect(both.json.timelapses.map((one: { id: string }) => one.id)).toEqual([other.done.id])
    const rest = await manager.call('GET', `/v1/installations/${id}/timelapses?cursor=${both.json.paging.next_cursor}`)
    expect(rest.json.timelapses.map((one: { id: string }) => one.id)).toEqual([first.done.id])
  })

  it('a film is counted as storage, and given back when it is deleted', async () => {
    const alone = await stack.start({ SITE_FFMPEG: 'off', SITE_FILM_KEEP_DAYS: '1' })
    const owner = await sitesClient(alone)
    const id = await place(alone, owner, 2)
    const used = () => alone.composed.store.read.usage.read({ project: 'default', metric: 'storageBytes', month: 0 })
    const before = await used()
    const { done } = await film(owner, id, { format: 'webp' })
    expect(await used()).toBe(before + done.size_bytes)
    const { json } = await owner.call('DELETE', `/v1/timelapses/${done.id}`)
    expect(json).toMatchObject({ ok: true, id: done.id, status: 'deleted' })
    expect(await used()).toBe(before)
    expect((await owner.call('GET', `/v1/timelapses/${done.id}`)).status).toBe(404)
    expect((await fetched(owner, done.video_url, 'gone')).status).toBe(404)

    // A day later; and with its installation.
    const [late, gone] = [await film(owner, id, { fps: 5 }), await film(owner, await place(alone, owner, 2), {})]
    const { store } = alone.composed
    const photosOnly = (await used()) - late.done.size_bytes - gone.done.size_bytes
    const project = 'default'
    await store.tx((tx) => tx.installations.update(project, gone.done.installation_id, { deleted: Date.now() }))
    const signal = new AbortController().signal
    await expireTimelapses({ store, clock: { now: () => Date.now() + 23 * hour } }, signal)
    expect(await store.read.timelapses.find(project, gone.done.id)).toBeUndefined()
    expect((await owner.call('GET', `/v1/timelapses/${late.done.id}`)).status).toBe(200)
    await expireTimelapses({ store, clock: { now: () => Date.now() + 25 * hour } }, signal)
    expect((await owner.call('GET', `/v1/timelapses/${late.done.id}`)).status).toBe(404)
    expect(await used()).toBe(photosOnly)
    await alone.stop()
  })

  it.skipIf(withoutFfmpeg)(
    'rights: a film is as visible as its photos, and watermarked for those who may see no others',
    async () => {
      const watermark = { text: 'OURS', gravity: 'center', opacity: 1, scale: 0.8, margin: 0, date_stamp: false }
      const bare = await place(server, manager, 2)
      const marked = await place(server, manager, 2, { watermark })
      const stranger = await sitesClient(server, { siteAccess: null })
      const guest = await sitesClient(server, { siteAccess: 'view_watermarked' })
      const viewer = await sitesClient(server, { siteAccess: 'view' })
      const { done: open } = await film(viewer, marked, {})
      expect((await stranger.call('GET', `/v1/timelapses/${open.id}`)).status).toBe(404)
      expect((await stranger.call('POST', `/v1/installations/${marked}/timelapses`, { json: {} })).status).toBe(404)
      expect((await guest.call('GET', `/v1/timelapses/${open.id}`)).json.timelapse.video_url).toBeNull()
      expect((await fetched(guest, open.video_url, 'no')).status).toBe(403)
      expect((await guest.call('POST', `/v1/installations/${bare}/timelapses`, { json: {} })).status).toBe(403)
      const { done: own } = await film(guest, marked, { watermark: false })
      expect(own).toMatchObject({ status: 'done', watermark: true })
      const video = await fetched(guest, own.video_url, 'marked.mp4')
      const [frame = Buffer.alloc(0)] = framesOf(video.path, size)
      const { channels } = await sharp(frame, { raw: { ...size, channels: 3 } })
        .extract({ left: 20, top: 25, width: 120, height: 40 })
        .stats()
      expect(channels[2]?.max).toBeGreaterThan(200)
      expect((await viewer.call('DELETE', `/v1/timelapses/${own.id}`)).status).toBe(403)
      expect((await guest.call('DELETE', `/v1/timelapses/${own.id}`)).json.status).toBe('deleted')
      const without = await manager.call('POST', `/v1/installations/${bare}/timelapses`, { json: { watermark: true } })
      expect([without.status, without.json.error.field]).toEqual([400, 'watermark'])
    },
  )

  it.each([
    ['fps', { fps: 61 }],
    ['fps', { fps: 24.5 }],
    ['fps', { format: 'gif', fps: 60 }],
    ['width', { width: 161 }],
    ['width', { width: 1922 }],
    ['height', { format: 'webp', height: 1080 }],
    ['max_frames', { format: 'gif', max_frames: 301 }],
    ['max_frames', { max_frames: 1 }],
    ['every', { every: '7x' }],
    ['time_from', { time_from: '25:00' }],
    ['from', { from: '2021-05-31' }],
    ['to', { from: '2021-05-31T00:00:00Z', to: '2021-05-30T00:00:00Z' }],
    ['exclude_flags.0', { exclude_flags: ['cloudy'] }],
    ['format', { format: 'avi' }],
    ['fit', { fit: 'stretch' }],
    ['date_stamp', { date_stamp: 'yes' }],
    ['hold_last_ms', { hold_last_ms: -1 }],
    ['speed', { speed: 2 }],
    ['from', {}],
  ])('400 names %s: %j', async (field, wishes) => {
    const id = await addInstallation(manager)
    const { status, json } = await manager.call('POST', `/v1/installations/${id}/timelapses`, { json: wishes })
    expect([status, json.error.code, json.error.field]).toEqual([400, 'invalid_request', field])
  })

  it('a film that is being made is cancelled, and stays as such until it is removed', async () => {
    const id = await place(server, manager, 4)
    const { json } = await manager.call('POST', `/v1/installations/${id}/timelapses`, {
      json: { width: 1920, height: 1080, hold_last_ms: 5 },
    })
    const made = json.timelapse.id
    const gone = await manager.call('DELETE', `/v1/timelapses/${made}`)
    expect(gone.json.status).toBe('cancelled')
    expect(await finished(manager, made)).toMatchObject({ status: 'cancelled', video_url: null })
    expect((await manager.call('DELETE', `/v1/timelapses/${made}`)).json.status).toBe('deleted')
  })
}
