/** "`DELETE` (bin 30 days), `POST {S}/v1/photos/{id}/restore`" (site-photos-api.md section 7.3). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Project } from '../../src/core/projects/records.ts'
import { binInstallation, purgeBin } from '../../src/core/sites/bin.ts'
import { storageUsed } from '../../src/core/usage/storage.ts'
import { createLibraryEvents } from '../../src/core/webhooks/library-events.ts'
import { createOutbox } from '../../src/core/webhooks/outbox.ts'
import { addCapture } from '../support/captures.ts'
import { libraryClient } from '../support/library-client.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const dayMs = 86_400_000

export function binSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let project: Project
  let ahead = 0
  const clock = { now: () => Date.now() + ahead }

  beforeAll(async () => {
    server = await stack.start({}, clock)
    manager = await sitesClient(server)
    project = (await server.composed.store.read.projects.find(manager.user.project)) as Project
  })
  afterAll(() => server.stop())

  const store = () => server.composed.store
  const add = (installation: string, taken: string, fields: object = {}) =>
    addCapture(server.composed, project, { installation, taken, ...fields })
  const used = () => storageUsed(store().read, project.id)
  const calendar = async (place: string) =>
    (await manager.call('GET', `/v1/installations/${place}/calendar?from=2021-05-01&to=2021-06-30`)).json.days
  const deps = () => {
    const { sealer } = server.composed
    const events = createLibraryEvents({ outbox: createOutbox({ sealer, clock }), sealer, clock })
    return { store: store(), clock, assets: { events, fileContent: () => ({}) } }
  }

  it('takes a photo out of every list, count and search, and gives it back as it was', async () => {
    const place = await addInstallation(manager)
    const capture = await add(place, '2021-05-31T10:00:00Z', { tags: ['slab'], flags: ['dark'], size: 777 })
    await add(place, '2021-06-01T10:00:00Z')
    const read = async () => ({
      photo: (await manager.call('GET', `/v1/photos/${capture.id}`)).json.photo,
      asset: await store().read.assets.find(project.id, capture.asset),
      capture: await store().read.captures.find(project.id, capture.id),
      days: await calendar(place),
      tags: (await manager.call('GET', `/v1/tags?installation_id=${place}`)).json.tags,
      installation: (await manager.call('GET', `/v1/installations/${place}`)).json.installation.photo_count,
    })
    const [before, bytes] = [await read(), await used()]
    const gone = await manager.call('DELETE', `/v1/photos/${capture.id}`)
    expect([gone.status, gone.json.id]).toEqual([200, capture.id])
    expect(Math.abs(Date.parse(gone.json.restorable_until) - clock.now() - 30 * dayMs)).toBeLessThan(60_000)
    expect((await manager.call('GET', `/v1/photos/${capture.id}`)).status).toBe(404)
    expect((await manager.call('DELETE', `/v1/photos/${capture.id}`)).status).toBe(404)
    expect((await libraryClient(server).call('GET', `/v1/files/${capture.asset}/details`)).status).toBe(404)
    expect((await calendar(place)).map(({ date }: { date: string }) => date)).toEqual(['2021-06-01'])
    expect(await used()).toBe(bytes)
    expect((await store().read.blobs.find(capture.blob))?.refs).toBe(1)

    expect((await manager.call('POST', `/v1/photos/${capture.id}/restore`)).json.photo).toEqual(before.photo)
    expect(await read()).toEqual(before)
    expect(await used()).toBe(bytes)
    // Once more changes nothing.
    expect((await manager.call('POST', `/v1/photos/${capture.id}/restore`)).status).toBe(200)
    expect((await manager.call('POST', '/v1/photos/ph_none/restore')).status).toBe(404)
  })

  it('is a conflict to restore when the same bytes were sent again, or the installation is gone', async () => {
    const place = await addInstallation(manager)
    const first = await add(place, '2021-05-31T10:00:00Z', { sha256: 'same' })
    await manager.call('DELETE', `/v1/photos/${first.id}`)
    const again = await add(place, '2021-05-31T10:00:00Z', { sha256: 'same' })
    const refused = await manager.call('POST', `/v1/photos/${first.id}/restore`)
    expect([refused.status, refused.json.error.code]).toEqual([409, 'conflict'])
    expect(refused.json.error.message).toContain(again.id)
    await store().tx((tx) => tx.installations.update(project.id, place, { deleted: clock.now() }))
    const homeless = await manager.call('POST', `/v1/photos/${first.id}/restore`)
    expect([homeless.status, homeless.json.error.code]).toEqual([409, 'conflict'])
    expect((await manager.call('GET', `/v1/photos/${again.id}`)).status).toBe(404)
  })

  it('needs the right manage', async () => {
    const place = await addInstallation(manager)
    const { id } = await add(place, '2021-05-31T10:00:00Z')
    const helper = await sitesClient(server, { siteAccess: 'contribute' })
    expect((await helper.call('DELETE', `/v1/photos/${id}`)).status).toBe(403)
    await manager.call('DELETE', `/v1/photos/${id}`)
    expect((await helper.call('POST', `/v1/photos/${id}/restore`)).status).toBe(403)
    const stranger = await sitesClient(server, { siteAccess: null })
    expect((await stranger.call('POST', `/v1/photos/${id}/restore`)).status).toBe(404)
  })

  it('empties a whole installation in steps, and after thirty days everything is gone and its bytes are given back', async () => {
    await purgeBin(deps(), new AbortController().signal)
    const place = await addInstallation(manager)
    const bytes = await used()
    const blobs: string[] = []
    for (let hour = 0; hour < 5; hour += 1) blobs.push((await add(place, `2021-05-31T0${hour}:00:00Z`)).blob)
    const by = { project, origin: 'http://x' }
    const steps: number[] = []
    while (steps.at(-1) !== 0) steps.push(await binInstallation(deps(), by, place, 2))
    expect(steps).toEqual([2, 2, 1, 0])
    expect(await calendar(place)).toEqual([])
    expect(await used()).toBe(bytes + 5000)
    ahead += 29 * dayMs
    await purgeBin(deps(), new AbortController().signal)
    expect(await used()).toBe(bytes + 5000)
    ahead += 2 * dayMs
    await purgeBin(deps(), new AbortController().signal)
    expect(await used()).toBeLessThanOrEqual(bytes)
    expect((await store().read.blobs.find(blobs[0] ?? ''))?.refs ?? 0).toBe(0)
  })
}
