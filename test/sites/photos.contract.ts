/** "`GET {S}/v2/photos` filters" and the photo itself (site-photos-api.md section 7.3). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../src/core/projects/records.ts'
import { addCapture } from '../support/captures.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function photoSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let project: Project

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
    project = (await server.composed.store.read.projects.find(manager.user.project)) as Project
  })
  afterAll(() => server.stop())

  const add = (installation: string, taken: string, fields: object = {}) =>
    addCapture(server.composed, project, { installation, taken, ...fields })
  const ids = (json: { photos: { id: string }[] }) => json.photos.map(({ id }) => id)
  const list = async (query: string, who = manager) => (await who.call('GET', `/v2/photos?${query}`)).json

  describe('the list', () => {
    let place: string
    const photos: Record<string, string> = {}

    beforeAll(async () => {
      place = await addInstallation(manager, { timezone: 'Australia/Brisbane' })
      const rows: [string, string, object?][] = [
        ['morning', '2021-05-30T21:00:00Z', { tags: ['slab', 'a, b'], flags: ['dark'] }],
        ['noon', '2021-05-31T02:05:00Z', { tags: ['slab'], camera: 'cm_1' }],
        ['evening', '2021-05-31T10:30:00Z', { flags: ['dark', 'blurred'] }],
        ['next', '2021-06-01T01:00:00Z', {}],
        ['later', '2021-06-05T01:59:30Z', { camera: 'cm_1' }],
      ]
      for (const [name, taken, fields] of rows) photos[name] = (await add(place, taken, fields)).id
    })

    const cases: [string, string[]][] = [
      ['', ['later', 'next', 'evening', 'noon', 'morning']],
      ['order=asc', ['morning', 'noon', 'evening', 'next', 'later']],
      ['from=2021-05-31T02:05:00Z&to=2021-05-31T10:30:00Z', ['noon']],
      ['from=2021-05-31T12:05:00%2B10:00&limit=1&order=asc', ['noon']],
      ['date=2021-05-31', ['evening', 'noon', 'morning']],
      ['date=2021-05-31&date=2021-06-01', ['next', 'evening', 'noon', 'morning']],
      ['time_from=20:00&time_to=07:00', ['evening', 'morning']],
      ['time_from=11:00&time_to=12:00', ['later', 'next']],
      ['hour=12,11', ['later', 'next', 'noon']],
      ['weekday=1', ['evening', 'noon', 'morning']],
      ['weekday=sat&weekday=2', ['later', 'next']],
      ['tag=slab', ['noon', 'morning']],
      ['tag=slab&tag=a,%20b', ['morning']],
      ['flag=dark', ['evening', 'morning']],
      ['flag=dark&not_flag=blurred', ['morning']],
      ['not_flag=dark,blurred', ['later', 'next', 'noon']],
      ['camera_id=cm_1', ['later', 'noon']],
      ['camera_id=cm_none', []],
      ['every=1d', ['later', 'next', 'morning']],
      ['every=1d@12:00', ['later', 'next', 'noon']],
      ['every=1h&order=asc', ['morning', 'noon', 'evening', 'next', 'later']],
      ['every=7d', ['morning']],
      ['every=1d&flag=blurred', ['evening']],
      ['installation_id=in_none', []],
    ]
    it.each(cases)('of "%s"', async (query, names) => {
      const json = await list(query.includes('installation_id') ? query : `installation_id=${place}&${query}`)
      expect(ids(json)).toEqual(names.map((name) => photos[name]))
    })

    const bad: [string, string][] = [
      ['from=yesterday', 'from'],
      ['from=2021-06-01T00:00:00Z&to=2021-05-01T00:00:00Z', 'to'],
      ['date=2021-02-30', 'date'],
      ['time_from=25:00', 'time_from'],
      ['hour=24', 'hour'],
      ['weekday=8', 'weekday'],
      ['flag=ugly', 'flag'],
      ['not_flag=ugly', 'not_flag'],
      ['every=1w', 'every'],
      ['every=2d@12:00', 'every'],
      ['order=up', 'order'],
      ['limit=501', 'limit'],
      ['limit=0', 'limit'],
      ['cursor=x', 'cursor'],
      ['fields=id,secret', 'fields'],
      ['colour=red', 'colour'],
    ]
    it.each(bad)('"bad parameter, unknown parameter … (`field` names it)": %s', async (query, field) => {
      const { status, json } = await manager.call('GET', `/v2/photos?${query}`)
      expect([status, json.error.code, json.error.field]).toEqual([400, 'invalid_request', field])
    })

    it('has only the members asked for, and always the id', async () => {
      const { photos: found } = await list(`installation_id=${place}&fields=taken_at,tags&limit=1&order=asc`)
      expect(found).toEqual([{ id: photos.morning, taken_at: '2021-05-30T21:00:00Z', tags: ['slab', 'a, b'] }])
    })

    it('"order key is (taken_at, id); cursors stay right while photos arrive late"', async () => {
      const site = await addInstallation(manager)
      for (let hour = 0; hour < 6; hour += 1) await add(site, `2022-01-01T0${hour}:00:00Z`, { flags: ['dark'] })
      for (const filter of ['', '&flag=dark', '&every=1h']) {
        const first = await list(`installation_id=${site}&limit=2${filter}`)
        const before = await list(`installation_id=${site}&limit=500${filter}`)
        // Late, one before and one after the cursor.
        await add(site, `2022-01-01T05:${10 + filter.length}:00Z`, { flags: ['dark'] })
        const late = await add(site, `2022-01-01T00:${10 + filter.length}:00Z`, { flags: ['dark'] })
        const rest = await list(`installation_id=${site}&limit=500${filter}&cursor=${first.paging.next_cursor}`)
        const seen = [...ids(first), ...ids(rest)]
        expect(new Set(seen).size).toBe(seen.length)
        const expected = filter === '&every=1h' ? ids(before) : [...ids(before), late.id]
        expect([...seen].sort()).toEqual(expected.sort())
        expect(rest.paging).toEqual({ next_cursor: null, limit: 500 })
      }
    })
  })

  it('"users whose right is view_watermarked get original_url, preview_url null"; strangers see nothing', async () => {
    const place = await addInstallation(manager)
    const { id } = await add(place, '2021-05-31T10:00:00Z', { tags: ['secret'] })
    const watcher = await sitesClient(server, { siteAccess: 'view_watermarked' })
    const { json } = await watcher.call('GET', `/v1/photos/${id}`)
    expect(json.photo).toMatchObject({ id, preview_url: null, original_url: null })
    expect(json.photo.thumb_url).toContain(`/site/v1/photos/${id}/file/thumb`)
    const stranger = await sitesClient(server, { siteAccess: null })
    expect((await stranger.call('GET', `/v1/photos/${id}`)).status).toBe(404)
    expect(ids(await list('', stranger))).toEqual([])
    expect((await stranger.call('GET', '/v1/tags')).json.tags).toEqual([])
    expect(
      (await stranger.call('GET', `/v1/installations/${place}/calendar?from=2021-05-01&to=2021-05-31`)).status,
    ).toBe(404)
    expect((await watcher.call('DELETE', `/v1/photos/${id}`)).status).toBe(403)
    expect((await watcher.call('PATCH', `/v1/photos/${id}`, { json: { tags: [] } })).status).toBe(403)
    expect((await stranger.call('DELETE', `/v1/photos/${id}`)).status).toBe(404)
  })

  it('`PATCH` (`tags`, `taken_at` with `manage`): local members and lists follow', async () => {
    const place = await addInstallation(manager, { timezone: 'Australia/Sydney' })
    const { id, asset } = await add(place, '2021-05-31T10:00:00Z', { tags: ['old'] })
    const helper = await sitesClient(server, { siteAccess: 'contribute' })
    const path = `/v1/photos/${id}`
    const tagged = await helper.call('PATCH', path, { json: { tags: ['new', 'new', ' slab '] } })
    expect(tagged.json.photo.tags).toEqual(['new', 'slab'])
    expect((await server.composed.store.read.assets.find(project.id, asset))?.tags).toEqual(['new', 'slab'])
    expect((await helper.call('PATCH', path, { json: { taken_at: '2021-06-02T00:00:00Z' } })).status).toBe(403)
    const moved = await manager.call('PATCH', path, { json: { taken_at: '2021-06-02T00:30:00+02:00' } })
    expect(moved.json.photo).toMatchObject({
      taken_at: '2021-06-01T22:30:00Z',
      taken_at_local: '2021-06-02T08:30:00+10:00',
      time_source: 'given',
    })
    expect(ids(await list(`installation_id=${place}&date=2021-06-02&tag=slab`))).toEqual([id])
    expect(ids(await list(`installation_id=${place}&date=2021-05-31`))).toEqual([])
    const ahead = new Date(Date.now() + 25 * 3_600_000).toISOString().replace(/\.\d+/, '')
    const refused = await manager.call('PATCH', path, { json: { taken_at: ahead } })
    expect([refused.status, refused.json.error.field]).toEqual([400, 'taken_at'])
    const unknown = await manager.call('PATCH', path, { json: { filename: 'x' } })
    expect([unknown.status, unknown.json.error.field]).toEqual([400, 'filename'])
  })

  it('`POST /v1/photos/tags` adds and removes tags, and names those that it cannot change; `GET /v1/tags` counts them', async () => {
    const place = await addInstallation(manager)
    const [one, two] = [
      await add(place, '2021-05-31T10:00:00Z', { tags: ['a', 'b'] }),
      await add(place, '2021-05-31T11:00:00Z'),
    ]
    const photo_ids = [two.id, one.id, 'ph_none']
    const { json } = await manager.call('POST', '/v1/photos/tags', { json: { photo_ids, add: ['c'], remove: ['a'] } })
    expect(json).toEqual({ ok: true, updated: [two.id, one.id], not_found: ['ph_none'], forbidden: [], too_long: [] })
    const { tags } = (await manager.call('GET', `/v1/tags?installation_id=${place}`)).json
    expect(tags).toEqual([
      { tag: 'b', photo_count: 1 },
      { tag: 'c', photo_count: 2 },
    ])
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    const refused = await viewer.call('POST', '/v1/photos/tags', { json: { photo_ids: [one.id], add: ['d'] } })
    expect(refused.json).toMatchObject({ updated: [], forbidden: [one.id] })
    const many = Array.from({ length: 501 }, (_, at) => `ph_${at}`)
    expect((await manager.call('POST', '/v1/photos/tags', { json: { photo_ids: many, add: ['d'] } })).status).toBe(400)
  })
}
