/** What a photo that comes in causes (site-photos-api.md sections 7.2 and 8): events, contacts, thumbnails; and cameras that send. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { prefixedUlid } from '../../src/core/ids.ts'
import type { Camera } from '../../src/core/sites/cameras/records.ts'
import { addEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { photo, quarters } from '../support/pictures.ts'
import { addInstallation, addPhoto, type SitesClient, sitesCaller, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function camerasSendSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let origin: Origin
  let bytes: Buffer
  let made = 0

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' })
    manager = await sitesClient(server)
    origin = await startOrigin((_request, response) => response.writeHead(204).end())
    await addEndpoint(server.composed, 'default', { url: origin.url })
    bytes = await photo(640, 480, 'jpeg', 4)
  })
  afterAll(async () => {
    await server.stop()
    await origin.stop()
  })

  async function addCamera(fields: Partial<Camera> = {}): Promise<string> {
    const { store, clock } = server.composed
    made += 1
    const now = clock.now()
    const camera: Camera = {
      id: prefixedUlid('cm', now),
      project: 'default',
      serial: null,
      name: `camera ${made}`,
      model: null,
      firmware: null,
      installation: null,
      enabled: true,
      schedule: null,
      voltageAlertMv: 7600,
      seen: null,
      watched: now,
      due: null,
      lost: null,
      created: now,
      updated: now,
      ...fields,
    }
    await store.tx((tx) => tx.cameras.insert(camera))
    return camera.id
  }

  /** An ingest key of the camera, below a user who may do nothing else. */
  async function ingestKey(camera: string): Promise<string> {
    const { user } = await sitesClient(server, { siteAccess: null })
    const { store, siteKeys } = server.composed
    return (await store.tx((tx) => siteKeys.create(tx, { user, name: 'unit', camera }))).secret
  }

  /** A group of one person. */
  async function mayAt({ user }: SitesClient, installations: string[], right: 'view' | 'contribute'): Promise<void> {
    const { store, clock } = server.composed
    const [now, id] = [clock.now(), prefixedUlid('gr', clock.now())]
    await store.tx(async (tx) => {
      await tx.groups.insert({ id, project: 'default', name: id, description: null, created: now, updated: now })
      await tx.groups.setInstallations(id, installations)
      await tx.groups.setMember(id, user.id, right)
    })
  }

  const seenOf = async (camera: string) => (await server.composed.store.read.cameras.find('default', camera))?.seen

  it('"Event photo.created to webhooks", with the photo as the API shows it', async () => {
    const id = await addInstallation(manager)
    const { json } = await addPhoto(manager, id, bytes, { taken_at: '2021-05-31T22:15:00Z' })
    const told = () => origin.received.map(({ body }) => JSON.parse(body.toString()))
    const mine = () => told().filter(({ type, data }) => type === 'photo.created' && data.id === json.photo.id)
    await vi.waitFor(() => expect(mine()).toHaveLength(1), { timeout: 20_000, interval: 30 })
    expect(mine()[0].data).toEqual(json.photo)
    const files = () =>
      told().filter(({ type, data }) => type === 'file.created' && data.name === `${json.photo.id}.jpg`)
    await vi.waitFor(() => expect(files()).toHaveLength(1), { timeout: 20_000, interval: 30 })
    // Sent again it is no news.
    await addPhoto(manager, id, bytes)
    await addPhoto(manager, id, await quarters(20, 20, 'jpeg'))
    await vi.waitFor(() => expect(told().filter(({ type }) => type === 'photo.created')).toHaveLength(2), {
      timeout: 20_000,
    })
  })

  it('"Thumb ready within 5 s": made ahead, nobody asked for it', async () => {
    const id = await addInstallation(manager)
    await addPhoto(manager, id, await photo(641, 480, 'jpeg', 4))
    const { store } = server.composed
    const [blob] = (
      await store.read.captures.page({ project: manager.user.project, installations: [id] }, { order: 'asc', limit: 1 })
    ).map((one) => one.blob)
    const size = async () => {
      await server.composed.keeper.settled()
      return (await store.read.renditions.total()) > 0 && blob !== undefined
    }
    await vi.waitFor(async () => expect(await size()).toBe(true), { timeout: 5000 })
  })

  it('a camera\u2019s own key sends its photos, where the camera stands, and says nothing else', async () => {
    const [id, elsewhere] = await Promise.all([addInstallation(manager), addInstallation(manager)])
    const camera = await addCamera({ installation: id })
    const unit = { call: sitesCaller(server, await ingestKey(camera)) }
    const { status, json } = await addPhoto(unit, id, bytes, { taken_at: '2021-05-31T22:15:00Z' })
    expect(status).toBe(201)
    expect(json.photo.camera_id).toBe(camera)
    expect(Math.abs(((await seenOf(camera)) ?? 0) - Date.now())).toBeLessThan(60_000)
    expect((await addPhoto(unit, id, bytes, { camera_id: camera })).json.duplicate).toBe(true)
    const other = await addCamera()
    expect((await addPhoto(unit, id, bytes, { camera_id: other })).status).toBe(403)
    expect((await addPhoto(unit, elsewhere, bytes)).status).toBe(404)
    expect((await unit.call('GET', '/v1/installations')).status).toBe(403)
  })

  it('a person sends photos of a camera, also of one that stands elsewhere now', async () => {
    const id = await addInstallation(manager)
    const camera = await addCamera()
    const at = '2021-05-31T22:15:00Z'
    const sent = await addPhoto(manager, id, bytes, { camera_id: camera, taken_at: at })
    expect(sent.json.photo).toMatchObject({ camera_id: camera, installation_id: id })
    // It took photos then; nobody knows whether it does now.
    expect(await seenOf(camera)).toBe(Date.parse(at))
    // "Same camera (or installation)": without the camera it is another photo.
    expect((await addPhoto(manager, id, bytes)).status).toBe(201)
    expect((await addPhoto(manager, id, bytes, { camera_id: 'cm_unknown' })).status).toBe(404)
  })

  it('nobody names a camera that they do not see, nor is told of its photos by sending the same bytes', async () => {
    const [secret, mine] = [await addInstallation(manager), await addInstallation(manager)]
    const camera = await addCamera({ installation: secret })
    const off = await addCamera({ enabled: false })
    await addPhoto(manager, secret, bytes, { camera_id: camera, taken_at: '2021-05-31T22:15:00Z' })
    const person = await sitesClient(server, { siteAccess: null })
    await mayAt(person, [mine], 'contribute')
    for (const camera_id of [camera, off, 'cm_unknown']) {
      const { status, json } = await addPhoto(person, mine, bytes, { camera_id })
      expect([status, json.error.field], camera_id).toEqual([404, 'camera_id'])
    }
    expect(await seenOf(camera)).toBe(Date.parse('2021-05-31T22:15:00Z'))
    await mayAt(person, [secret], 'view')
    expect((await addPhoto(person, mine, bytes, { camera_id: camera })).status).toBe(403)
  })

  it('photos of a camera that stood here are taken when it stands where the sender sees nothing', async () => {
    const [here, away] = [await addInstallation(manager), await addInstallation(manager)]
    const camera = await addCamera({ installation: here })
    const person = await sitesClient(server, { siteAccess: null })
    await mayAt(person, [here], 'contribute')
    expect((await addPhoto(person, here, bytes, { camera_id: camera })).status).toBe(201)
    await manager.call('PATCH', `/v1/cameras/${camera}`, { json: { installation_id: away } })
    const late = await photo(642, 480, 'jpeg', 4)
    expect((await addPhoto(person, here, late, { camera_id: camera })).status).toBe(201)
    // Its photo of elsewhere is not shown to whoever has the bytes.
    const there = await photo(643, 480, 'jpeg', 4)
    await addPhoto(manager, away, there, { camera_id: camera })
    const told = await addPhoto(person, here, there, { camera_id: camera })
    expect([told.status, told.json.photo]).toEqual([409, undefined])
    // The unit itself may send again, wherever it was moved.
    const unit = { call: sitesCaller(server, await ingestKey(camera)) }
    expect((await addPhoto(unit, away, late)).json.duplicate).toBe(true)
  })

  it('a camera that is switched off sends nothing: 409', async () => {
    const id = await addInstallation(manager)
    const camera = await addCamera({ installation: id, enabled: false })
    const unit = { call: sitesCaller(server, await ingestKey(camera)) }
    for (const answer of [await addPhoto(unit, id, bytes), await addPhoto(manager, id, bytes, { camera_id: camera })]) {
      expect({ status: answer.status, field: answer.json.error.field }).toEqual({ status: 409, field: 'camera_id' })
    }
  })
}
