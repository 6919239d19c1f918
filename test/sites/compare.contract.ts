/** "`compare` -> both photos and side_by_side_url, blend_url, change 0..1 and a coarse change map" (site-photos-api.md section 7.3). */
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawView, type View } from '../support/drawn-views.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function compareSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let id: string

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
    id = await addInstallation(manager)
  })
  afterAll(() => server.stop())

  const taken = async (view: View, time: string): Promise<string> => {
    const { json } = await addPhoto(manager, id, await drawView(view), { taken_at: time })
    return json.photo.id
  }
  const fetched = async (url: string, key = manager.key) => {
    const first = await fetch(url, { redirect: 'manual', headers: { authorization: `apiKey ${key}` } })
    expect(first.status).toBe(302)
    return fetch(first.headers.get('location') ?? '')
  }

  it('says how much differs and shows both', async () => {
    const a = await taken({ moment: 1 }, '2024-05-01T08:00:00Z')
    const same = await taken({ moment: 2, light: 0.6 }, '2024-05-01T18:00:00Z')
    const built = await taken({ moment: 3, tower: true, light: 0.9 }, '2025-05-01T08:00:00Z')
    const light = await manager.call('GET', `/v1/compare?a=${a}&b=${same}`)
    const tower = await manager.call('GET', `/v1/compare?a=${a}&b=${built}`)
    expect([light.status, tower.status]).toEqual([200, 200])
    expect(tower.json).toMatchObject({
      ok: true,
      a: { id: a },
      b: { id: built },
      change_map: { columns: 16, rows: 12 },
    })
    expect(light.json.change).toBeLessThan(tower.json.change)
    expect(tower.json.change).toBeGreaterThan(0.3)
    expect(tower.json.change_map.values).toHaveLength(12)

    const side = await fetched(tower.json.side_by_side_url)
    expect([side.status, side.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const pair = sharp(Buffer.from(await side.arrayBuffer()))
    // Two of 960 x 720 and a gap.
    expect(await pair.metadata()).toMatchObject({ width: 1928, height: 720 })
    const blend = sharp(Buffer.from(await (await fetched(tower.json.blend_url)).arrayBuffer()))
    expect(await blend.metadata()).toMatchObject({ width: 960, height: 720 })
    // Where the tower is, the blend lies between both.
    const spot = async (image: Sharp, left: number) => {
      const { data } = await image
        .clone()
        .extract({ left, top: 105, width: 40, height: 8 })
        .raw()
        .toBuffer({ resolveWithObject: true })
      return data.reduce((sum, value) => sum + value, 0) / data.length
    }
    const [first, second, mixed] = [await spot(pair, 250), await spot(pair, 250 + 968), await spot(blend, 250)]
    expect(first - second).toBeGreaterThan(40)
    expect(mixed).toBeGreaterThan(second + 15)
    expect(mixed).toBeLessThan(first - 15)
  })

  it('takes photos of other sides and ratios', async () => {
    const a = await taken({ moment: 11, width: 480, height: 360 }, '2024-06-01T08:00:00Z')
    const b = await taken({ moment: 12, width: 1280, height: 720 }, '2024-06-01T09:00:00Z')
    const { json } = await manager.call('GET', `/v1/compare?a=${a}&b=${b}`)
    expect(json.change).toBeLessThan(0.3)
    const blend = sharp(Buffer.from(await (await fetched(json.blend_url)).arrayBuffer()))
    expect(await blend.metadata()).toMatchObject({ width: 1280, height: 720 })
    const side = sharp(Buffer.from(await (await fetched(json.side_by_side_url)).arrayBuffer()))
    expect(await side.metadata()).toMatchObject({ width: 960 + 8 + 1280, height: 720 })
  })

  it('is refused like the photos are', async () => {
    const a = await taken({ moment: 21 }, '2024-07-01T08:00:00Z')
    const b = await taken({ moment: 22 }, '2024-07-01T09:00:00Z')
    const stranger = await sitesClient(server, { siteAccess: null })
    const hidden = await stranger.call('GET', `/v1/compare?a=${a}&b=${b}`)
    expect([hidden.status, hidden.json.error.field]).toEqual([404, 'a'])
    const unknown = await manager.call('GET', `/v1/compare?a=${a}&b=ph_01J00000000000000000000000`)
    expect([unknown.status, unknown.json.error.field]).toEqual([404, 'b'])
    expect((await manager.call('GET', `/v1/compare?a=${a}`)).json.error.field).toBe('b')
    const limited = await sitesClient(server, { siteAccess: 'view_watermarked' })
    const seen = await limited.call('GET', `/v1/compare?a=${a}&b=${b}`)
    expect(seen.json).toMatchObject({ ok: true, side_by_side_url: null, blend_url: null })
    const { json } = await manager.call('GET', `/v1/compare?a=${a}&b=${b}`)
    const path = new URL(json.blend_url).pathname.replace('/site', '')
    expect((await limited.call('GET', path)).status).toBe(403)
    expect((await stranger.call('GET', path)).status).toBe(404)
    expect((await manager.call('GET', path.replace('blend', 'mixture'))).status).toBe(404)
    expect((await manager.call('GET', '/v1/comparisons/cp_1/file/blend')).status).toBe(404)
  })
}
