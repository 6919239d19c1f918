/** "An installation (a viewpoint at a site over time)" (site-photos-api.md section 7.1). */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { beginZoneChange } from '../../src/core/sites/zone-change.ts'
import { libraryClient } from '../support/library-client.ts'
import { photo as picture } from '../support/pictures.ts'
import { addCaptures } from '../support/site-captures.ts'
import { addCamera, addInstallation, addPhoto, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function installationSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  it('is made, read, changed and listed by name', async () => {
    const id = await addInstallation(manager, { name: 'North tower', timezone: 'Australia/Brisbane', tags: ['slab'] })
    await addInstallation(manager, { name: 'East gate', tags: ['slab'] })
    const { json } = await manager.call('GET', `/v1/installations/${id}`)
    expect(json).toMatchObject({
      ok: true,
      installation: { id, name: 'North tower', timezone: 'Australia/Brisbane', photo_count: 0, latest_photo: null },
    })
    const patched = await manager.call('PATCH', `/v1/installations/${id}`, { json: { description: 'From the crane' } })
    expect(patched.json.installation).toMatchObject({ name: 'North tower', description: 'From the crane' })
    const listed = await manager.call('GET', '/v1/installations?tag=slab&limit=1')
    expect(listed.json.installations.map(({ name }: { name: string }) => name)).toEqual(['East gate'])
    const next = await manager.call(
      'GET',
      `/v1/installations?tag=slab&limit=1&cursor=${listed.json.paging.next_cursor}`,
    )
    expect(next.json.installations.map(({ name }: { name: string }) => name)).toEqual(['North tower'])
    expect(next.json.paging.next_cursor).toBeNull()
    const tagged = await manager.call('GET', '/v1/installations?tag=slab&q=north')
    expect(tagged.json.installations).toHaveLength(1)
  })

  it('is nothing to a user without rights: "404 for reading, list never contains it"', async () => {
    const id = await addInstallation(manager)
    const stranger = await sitesClient(server, { siteAccess: null })
    expect((await stranger.call('GET', `/v1/installations/${id}`)).status).toBe(404)
    expect((await stranger.call('GET', '/v1/installations')).json.installations).toEqual([])
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    expect((await viewer.call('PATCH', `/v1/installations/${id}`, { json: { name: 'x' } })).status).toBe(403)
  })

  const shown = async (id: string) => (await manager.call('GET', `/v1/installations/${id}`)).json.installation
  const field = async (method: string, path: string, json: unknown) => {
    const answer = await manager.call(method, path, { json })
    return [answer.status, answer.json.error?.field]
  }

  it('refuses what makes no sense before anything is written, naming the field', async () => {
    const create = (fields: object) => field('POST', '/v1/installations', { name: 'x', timezone: 'UTC', ...fields })
    expect(await create({ timezone: 'Mars/Olympus' })).toEqual([400, 'timezone'])
    expect(await create({ latitude: 91, longitude: 0 })).toEqual([400, 'latitude'])
    expect(await create({ latitude: 10 })).toEqual([400, 'longitude'])
    expect(await create({ started_at: '2021-06-01T00:00:00Z', ended_at: '2021-05-01T00:00:00Z' })).toEqual([
      400,
      'ended_at',
    ])
    const id = await addInstallation(manager, { started_at: '2021-06-01T00:00:00Z', latitude: 1, longitude: 2 })
    const patch = (fields: object) => field('PATCH', `/v1/installations/${id}`, fields)
    expect(await patch({ name: 'y', ended_at: '2021-05-01T00:00:00Z' })).toEqual([400, 'ended_at'])
    expect(await patch({ name: 'y', latitude: null })).toEqual([400, 'latitude'])
    expect(await shown(id)).toMatchObject({ name: 'A site', ended_at: null, latitude: 1, longitude: 2 })
    expect(await patch({ ended_at: '2021-06-01T00:00:00Z', latitude: null, longitude: null })).toEqual([200, undefined])
    expect(await patch({ colour: 'red' })).toEqual([400, 'colour'])
  })

  it('"latest: newest photo by taken_at; ?variant=preview answers 302 straight to the image step"', async () => {
    const id = await addInstallation(manager)
    const latest = (query = '') => manager.call('GET', `/v1/installations/${id}/latest${query}`)
    expect((await latest()).json).toEqual({ ok: true, photo: null })
    expect((await latest('?variant=preview')).status).toBe(404)
    const taken = ['2021-05-02T10:00:00Z', '2021-05-03T10:00:00Z', '2021-05-01T10:00:00Z']
    const ids = await addCaptures(
      server,
      id,
      taken.map((one) => ({ taken: one })),
    )
    expect((await latest()).json.photo).toMatchObject({ id: ids[1], taken_at: taken[1] })
    expect(await shown(id)).toMatchObject({ photo_count: 3, latest_photo: { id: ids[1] } })
    const step = await latest('?variant=preview')
    expect([step.status, step.headers.get('location'), step.bytes.length]).toEqual([
      302,
      `${server.url}/site/v1/photos/${ids[1]}/file/preview`,
      0,
    ])
    expect(step.headers.get('cache-control')).toBe('private, no-store')
    expect((await latest('?variant=huge')).json.error.field).toBe('variant')
  })

  it('"nearest?at=: photo nearest in time, delta_seconds"', async () => {
    const id = await addInstallation(manager)
    const nearest = async (at: string) => {
      const { json } = await manager.call('GET', `/v1/installations/${id}/nearest?at=${at}`)
      return [json.photo?.taken_at ?? null, json.delta_seconds]
    }
    expect(await nearest('2021-05-01T00:00:00Z')).toEqual([null, null])
    const [one, two] = ['2021-05-01T10:00:00Z', '2021-05-01T11:00:00Z'] as const
    await addCaptures(server, id, [{ taken: one }, { taken: two }])
    expect(await nearest('2021-05-01T10:00:00Z')).toEqual([one, 0])
    expect(await nearest('2021-05-01T10:30:00Z')).toEqual([one, -1800])
    expect(await nearest('2021-05-01T10:30:01Z')).toEqual([two, 1799])
    expect(await nearest('2021-05-01T23:00:00%2B10:00')).toEqual([two, -7200])
    expect(await nearest('2020-01-01T00:00:00Z')).toEqual([one, 42_026_400])
    const bad = await manager.call('GET', `/v1/installations/${id}/nearest`)
    expect([bad.status, bad.json.error.field]).toEqual([400, 'at'])
  })

  it('a list shows the newest photo and the camera of each', async () => {
    const [one, two, three] = [
      await addInstallation(manager, { name: 'Listed 1', tags: ['listed'] }),
      await addInstallation(manager, { name: 'Listed 2', tags: ['listed'] }),
      await addInstallation(manager, { name: 'Listed 3', tags: ['listed'] }),
    ]
    const camera = await addCamera(manager, { name: 'Listed', installation_id: two })
    const [, newest] = await addCaptures(server, one, [
      { taken: '2021-05-01T10:00:00Z' },
      { taken: '2021-05-02T10:00:00Z' },
    ])
    const [other] = await addCaptures(server, three, [{ taken: '2021-05-01T10:00:00Z' }])
    const { json } = await manager.call('GET', '/v1/installations?tag=listed')
    const rows = json.installations.map((each: { camera_id: string; latest_photo: { id: string } | null }) => [
      each.camera_id,
      each.latest_photo?.id ?? null,
    ])
    expect(rows).toEqual([
      [null, newest],
      [camera, null],
      [null, other],
    ])
  })

  it('finds no more with a wildcard than it says', async () => {
    await addInstallation(manager, { name: '100% done_ok', tags: ['a%b'] })
    const names = async (query: string) =>
      (await manager.call('GET', `/v1/installations?${query}`)).json.installations.map(
        ({ name }: { name: string }) => name,
      )
    expect(await names('q=100%25%20done_')).toEqual(['100% done_ok'])
    expect(await names('q=100%25%20done%25')).toEqual([])
    expect(await names('tag=a%25b')).toEqual(['100% done_ok'])
    expect(await names('tag=a_b')).toEqual([])
  })

  describe('a changed timezone', () => {
    it('changes the local times of its photos and the counts of its days', async () => {
      const id = await addInstallation(manager, { timezone: 'UTC' })
      const taken = ['2021-04-03T12:59:00Z', '2021-04-03T13:00:00Z', '2021-04-03T16:30:00Z', '1969-12-31T23:30:00Z']
      const ids = await addCaptures(
        server,
        id,
        taken.map((one) => ({ taken: one })),
      )
      const days = () => server.composed.store.read.captures.days(id, 0, 99_999_999)
      expect(await days()).toMatchObject([
        { day: 19_691_231, count: 1 },
        { day: 20_210_403, count: 3 },
      ])
      const patched = await manager.call('PATCH', `/v1/installations/${id}`, { json: { timezone: 'Australia/Sydney' } })
      expect(patched.json.installation).toMatchObject({ timezone: 'Australia/Sydney', timezone_change: null })
      const local = async (photo = '') => (await manager.call('GET', `/v1/photos/${photo}`)).json.photo.taken_at_local
      expect(await Promise.all(ids.map(local))).toEqual([
        '2021-04-03T23:59:00+11:00',
        '2021-04-04T00:00:00+11:00',
        // The day of 25 hours: clocks were set back meanwhile.
        '2021-04-04T02:30:00+10:00',
        '1970-01-01T09:30:00+10:00',
      ])
      expect(await days()).toMatchObject([
        { day: 19_700_101, count: 1 },
        { day: 20_210_403, count: 1 },
        { day: 20_210_404, count: 2 },
      ])
      const rows = await server.composed.store.read.captures.times(id, null, 10)
      expect(rows.map(({ minute, weekday }) => [minute, weekday])).toEqual([
        [150, 7],
        [0, 7],
        [1439, 6],
        [570, 4],
      ])
    })

    it('takes a job for many, in steps: days count what photos say at every moment', async () => {
      const { store } = server.composed
      const id = await addInstallation(manager, { timezone: 'UTC' })
      const start = Date.parse('2021-04-03T00:00:00Z')
      await addCaptures(
        server,
        id,
        Array.from({ length: 25 }, (_, hour) => ({ taken: start + hour * 3_600_000, flags: ['dark'] })),
      )
      const agree = async () => {
        const rows = await store.read.captures.times(id, null, 100)
        const counted = new Map<number, number>()
        for (const { day } of rows) counted.set(day, (counted.get(day) ?? 0) + 1)
        const days = await store.read.captures.days(id, 0, 99_999_999)
        expect(days.map(({ day, count }) => [day, count])).toEqual([...counted].sort(([a], [b]) => a - b))
        return rows.filter(({ offset }) => offset !== 0).length
      }
      const place = await store.read.installations.find('default', id)
      if (place === undefined) throw new Error('gone')
      const next = { ...place, timezone: 'Pacific/Auckland' }
      await store.tx(async (tx) => {
        await tx.installations.lock('default', id)
        await tx.installations.update('default', id, { timezone: next.timezone })
        await beginZoneChange(tx, next, 'UTC', 4)
      })
      expect(await agree()).toBeGreaterThanOrEqual(4)
      // The job of this server, or this one, whoever is first.
      await vi.waitFor(async () => expect((await shown(id)).timezone_change).toBeNull(), { timeout: 20_000 })
      expect(await agree()).toBe(25)
    })
  })

  describe('"delete needs manage and ?confirm={name}; photos go to a 30-day bin"', () => {
    it('needs the name, and the right', async () => {
      const id = await addInstallation(manager, { name: 'Old mill & co' })
      const remove = (confirm: string) => manager.call('DELETE', `/v1/installations/${id}${confirm}`)
      for (const confirm of ['', '?confirm=', '?confirm=old%20mill%20%26%20co']) {
        const { status, json } = await remove(confirm)
        expect([status, json.error.code, json.error.field]).toEqual([400, 'invalid_request', 'confirm'])
      }
      const contributor = await sitesClient(server, { siteAccess: 'contribute' })
      const path = `/v1/installations/${id}?confirm=Old%20mill%20%26%20co`
      expect((await contributor.call('DELETE', path)).status).toBe(403)
      expect((await remove('?confirm=Old%20mill%20%26%20co')).json).toEqual({ ok: true })
      expect((await remove('?confirm=Old%20mill%20%26%20co')).status).toBe(404)
    })

    it('hides it and its photos at once, everywhere; its camera goes into store', async () => {
      const id = await addInstallation(manager, { name: 'Doomed', tags: ['doomed'] })
      const camera = await addCamera(manager, { name: 'Survivor', installation_id: id })
      const group = await manager.call('POST', '/v1/groups', { json: { name: 'Doomed', installation_ids: [id] } })
      const { json } = await addPhoto(manager, id, await picture(64, 48, 'jpeg', 3), {
        taken_at: '2021-05-01T10:00:00Z',
      })
      const photo = json.photo.id
      const link = (await manager.call('GET', `/v1/photos/${photo}/file/original`)).headers.get('location') ?? ''
      expect((await fetch(new URL(link, server.url))).status).toBe(200)
      const library = libraryClient(server)
      const files = async () => (await library.call('GET', `/v1/files?path=/.sites/${id}`)).json.length
      expect(await files()).toBe(1)

      expect((await manager.call('DELETE', `/v1/installations/${id}?confirm=Doomed`)).status).toBe(200)
      for (const path of [
        `/v1/installations/${id}`,
        `/v1/installations/${id}/latest`,
        `/v1/photos/${photo}`,
        `/v1/photos/${photo}/file/original`,
      ]) {
        expect({ path, status: (await manager.call('GET', path)).status }).toEqual({ path, status: 404 })
      }
      expect((await fetch(new URL(link, server.url))).status).toBe(403)
      expect((await manager.call('GET', '/v1/installations?tag=doomed')).json.installations).toEqual([])
      expect((await manager.call('GET', `/v2/photos?installation_id=${id}`)).json.photos).toEqual([])
      expect((await manager.call('GET', `/v1/groups/${group.json.group.id}`)).json.group.installation_ids).toEqual([])
      expect((await manager.call('GET', `/v1/cameras/${camera}`)).json.camera.installation_id).toBeNull()
      expect((await addPhoto(manager, id, await picture(64, 48, 'jpeg', 4))).status).toBe(404)
      expect(await files()).toBe(0)
      // A job moves the photo to the bin.
      const binned = () => server.composed.store.read.captureBin.find('default', photo)
      await vi.waitFor(async () => expect(await binned()).toBeDefined(), { timeout: 20_000 })
      expect((await manager.call('GET', `/v1/photos/${photo}`)).status).toBe(404)
    })
  })
}
