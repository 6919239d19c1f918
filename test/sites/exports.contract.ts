/** "`POST {S}/v1/exports` -> zip of chosen photos and variant, with a manifest CSV" (site-photos-api.md section 7.3; check 9). */
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import { readZip } from '../support/zip.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export function exportSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  const sent = async (installation: string, seed: number, query: Record<string, string> = {}) => {
    const bytes = await photo(160, 120, 'jpeg', seed)
    const hour = String(seed % 24).padStart(2, '0')
    const { json } = await addPhoto(manager, installation, bytes, { taken_at: `2024-05-31T${hour}:15:30Z`, ...query })
    return { id: json.photo.id as string, bytes }
  }
  const finished = async (client: SitesClient, id: string) => {
    for (let tries = 0; tries < 200; tries++) {
      const { json } = await client.call('GET', `/v1/exports/${id}`)
      if (!['queued', 'running'].includes(json.export.status)) return json.export
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('the export did not end')
  }
  const made = async (client: SitesClient, body: object) => {
    const { status, json } = await client.call('POST', '/v1/exports', { json: body })
    expect({ status, error: json.error }).toEqual({ status: 202, error: undefined })
    return finished(client, json.export.id)
  }
  const fetched = async (client: SitesClient, url: string, headers: Record<string, string> = {}) => {
    const first = await client.call('GET', new URL(url).pathname.replace('/site', ''))
    expect(first.status).toBe(302)
    const response = await fetch(first.headers.get('location') ?? '', { headers })
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  it('has the originals in folders by local time, and a list of them that no sheet runs', async () => {
    const place = await addInstallation(manager, { name: '=North/Tower "A"', timezone: 'Australia/Brisbane' })
    const one = await sent(place, 3, { filename: '=cmd|1.JPG', tags: 'slab,+crane' })
    const two = await sent(place, 22)
    const found = await made(manager, { photo_ids: [two.id, one.id, one.id] })
    expect(found).toMatchObject({ status: 'done', progress: 1, photo_count: 2, skipped_count: 0, variant: 'original' })
    const { status, headers, bytes } = await fetched(manager, found.zip_url)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/zip'])
    expect(Number(headers.get('content-length'))).toBe(bytes.length)
    expect(bytes.length).toBe(found.size_bytes)
    const [list, ...files] = readZip(bytes)
    expect(files.map(({ name }) => name)).toEqual([
      `=North_Tower _A_/2024/06/01/20240601-081530_${two.id}.jpg`,
      `=North_Tower _A_/2024/05/31/20240531-131530_${one.id}.jpg`,
    ])
    expect(files.map(({ data }) => sha256(data))).toEqual([sha256(two.bytes), sha256(one.bytes)])
    expect(list?.name).toBe('manifest.csv')
    const lines = list?.data.toString('utf8').split('\r\n') ?? []
    expect(lines[0]?.split(',').slice(0, 4)).toEqual(['id', 'taken_at', 'taken_at_local', 'installation_id'])
    expect(lines[2]).toContain(
      `${one.id},2024-05-31T03:15:30Z,2024-05-31T13:15:30+10:00,${place},"'=North/Tower ""A""",,'=cmd|1.JPG,`,
    )
    expect(lines[2]).toContain(sha256(one.bytes))
    expect(lines[2]).toContain('slab | +crane')

    const part = await fetched(manager, found.zip_url, { range: 'bytes=100-1099' })
    expect([part.status, part.bytes.equals(bytes.subarray(100, 1100))]).toEqual([206, true])
  })

  it('by filter, in order of time, in another variant', async () => {
    const place = await addInstallation(manager)
    const photos = [await sent(place, 5, { tags: 'a' }), await sent(place, 4, { tags: 'a' }), await sent(place, 6)]
    const found = await made(manager, { filter: { installation_id: place, tag: 'a' }, variant: 'thumb' })
    const [, ...files] = readZip((await fetched(manager, found.zip_url)).bytes)
    expect(files.map(({ name }) => name.slice(-34, -4))).toEqual([photos[1], photos[0]].map((one) => `_${one?.id}`))
    expect((await sharp(files[0]?.data).metadata()).format).toBe('jpeg')
  })

  it('holds its photos when they are deleted, and ends with DELETE', async () => {
    const place = await addInstallation(manager)
    const { id, bytes } = await sent(place, 7)
    const found = await made(manager, { photo_ids: [id] })
    expect((await manager.call('DELETE', `/v1/photos/${id}`)).status).toBe(200)
    expect(readZip((await fetched(manager, found.zip_url)).bytes)[1]?.data.equals(bytes)).toBe(true)
    const listed = await manager.call('GET', '/v1/exports')
    expect(listed.json.exports.map((one: { id: string }) => one.id)).toContain(found.id)
    const path = new URL(found.zip_url).pathname.replace('/site', '')
    const link = (await manager.call('GET', path)).headers.get('location') ?? ''
    expect((await manager.call('DELETE', `/v1/exports/${found.id}`)).status).toBe(200)
    expect((await manager.call('GET', `/v1/exports/${found.id}`)).status).toBe(404)
    expect((await manager.call('GET', path)).status).toBe(404)
    expect((await fetch(link)).status).toBe(403)
  })

  it('skips what goes before it is made, and is resumed where it was', async () => {
    const { store, clock } = server.composed
    const place = await addInstallation(manager)
    // Others of the manager may be open beside.
    const alone = await sitesClient(server)
    const photos = [await sent(place, 8), await sent(place, 9), await sent(place, 10)]
    const { json } = await alone.call('POST', '/v1/exports', { json: { photo_ids: photos.map((one) => one.id) } })
    await manager.call('DELETE', `/v1/photos/${photos[1]?.id}`)
    const found = await finished(alone, json.export.id)
    expect(found.photo_count + found.skipped_count).toBe(3)
    expect(readZip((await fetched(alone, found.zip_url)).bytes)).toHaveLength(1 + found.photo_count)
    expect(found.expires_at > new Date(clock.now()).toISOString()).toBe(true)
    expect(await store.read.siteExports.countOpen('default', alone.user.id)).toBe(0)
  })

  it('"User without rights: 404 for reading, list never contains it, also not in exports"', async () => {
    const [mine, theirs] = [await addInstallation(manager, { name: 'Open' }), await addInstallation(manager)]
    const [open, closed] = [await sent(mine, 11), await sent(theirs, 12)]
    const user = await sitesClient(server, { siteAccess: null })
    const { store, clock } = server.composed
    const group = { id: `gr_${user.user.id}`, project: 'default', name: user.user.id, description: null }
    const setRight = (right: 'view_watermarked' | 'view' | 'download' | null) =>
      store.tx((tx) => tx.groups.setMember(group.id, user.user.id, right))
    await store.tx(async (tx) => {
      await tx.groups.insert({ ...group, created: clock.now(), updated: clock.now() })
      await tx.groups.setInstallations(group.id, [mine])
    })
    await setRight('download')
    const post = (json: object) => user.call('POST', '/v1/exports', { json })
    const refused = await post({ photo_ids: [open.id, closed.id] })
    expect([refused.status, refused.json.error.field]).toEqual([404, 'photo_ids'])
    expect((await post({ filter: { installation_id: theirs } })).status).toBe(404)
    // Everything that the user may have.
    const found = await made(user, { filter: {} })
    const names = readZip((await fetched(user, found.zip_url)).bytes).map(({ name }) => name)
    expect(names).toEqual(['manifest.csv', expect.stringContaining(open.id)])
    for (const path of [found.id, `${found.id}/file/zip`]) {
      expect((await manager.call('GET', `/v1/exports/${path}`)).status).toBe(404)
    }

    await setRight('view')
    expect((await post({ photo_ids: [open.id] })).status).toBe(403)
    expect((await user.call('GET', `/v1/exports/${found.id}`)).status).toBe(404)
    const path = new URL(found.zip_url).pathname.replace('/site', '')
    expect((await user.call('GET', path)).status).toBe(404)
    expect((await made(user, { photo_ids: [open.id], variant: 'preview' })).photo_count).toBe(1)
    await setRight('view_watermarked')
    expect((await post({ photo_ids: [open.id], variant: 'preview' })).status).toBe(403)
    expect((await post({ photo_ids: [open.id], variant: 'watermark' })).json.error.field).toBe('variant')
    await setRight(null)
    expect((await post({ photo_ids: [open.id], variant: 'thumb' })).status).toBe(404)
    expect((await post({ filter: {}, variant: 'thumb' })).status).toBe(400)
  })

  it.each([
    [{}, 'photo_ids'],
    [{ photo_ids: ['ph_x'], filter: {} }, 'photo_ids'],
    [{ photo_ids: [] }, 'photo_ids'],
    [{ filter: { every: 'x' } }, 'filter.every'],
    [{ filter: { everything: true } }, 'filter.everything'],
    [{ filter: null }, 'filter'],
    // A number is as good as its text.
    [{ filter: { hour: [10, 24] } }, 'filter.hour.1'],
    [{ filter: { weekday: true } }, 'filter.weekday.0'],
    [{ filter: {}, variant: 'raw' }, 'variant'],
  ])('refuses %j', async (json, field) => {
    const answer = await manager.call('POST', '/v1/exports', { json })
    expect([answer.status, answer.json.error.field]).toEqual([400, field])
    expect(answer.json.error.message).not.toContain('Invalid input')
  })
}
