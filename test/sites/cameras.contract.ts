/** "Camera (unit)" (site-photos-api.md section 7.2): cameras, where they are, and the keys that send for them. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { photo } from '../support/pictures.ts'
import { addCaptures } from '../support/site-captures.ts'
import {
  addCamera,
  addInstallation,
  addPhoto,
  type SitesClient,
  sitesCaller,
  sitesClient,
} from '../support/sites-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

export function cameraSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  it('has the members of the contract; "installation_id (null when in store)"', async () => {
    const id = await addCamera(manager, { name: 'Members', serial: 'SN-1', model: 'M5', firmware: '1.2' })
    const { json } = await manager.call('GET', `/v1/cameras/${id}`)
    expect(json.camera).toMatchObject({
      id,
      serial: 'SN-1',
      name: 'Members',
      model: 'M5',
      firmware: '1.2',
      installation_id: null,
      enabled: true,
      last_seen_at: null,
      next_due_at: null,
      schedule: null,
      voltage_alert_mv: 7600,
      alerts: [],
    })
    expect(id).toMatch(/^cm_/)
  })

  it('its name is there once in a project, and so is its serial number: 409 "camera name taken"', async () => {
    await addCamera(manager, { name: 'Once', serial: 'SN-once' })
    const again = await manager.call('POST', '/v1/cameras', { json: { name: 'Once' } })
    expect(again.status).toBe(409)
    expect(again.json.error).toMatchObject({ code: 'conflict', field: 'name' })
    expect(again.json.error.message).toContain('camera name taken')
    const serial = await manager.call('POST', '/v1/cameras', { json: { name: 'Twice', serial: 'SN-once' } })
    expect([serial.status, serial.json.error.field]).toEqual([409, 'serial'])
    const other = await addCamera(manager, { name: 'Other one' })
    const renamed = await manager.call('PATCH', `/v1/cameras/${other}`, { json: { name: 'Once' } })
    expect([renamed.status, renamed.json.error.field]).toEqual([409, 'name'])
    const many = await Promise.all(
      Array.from({ length: 10 }, () => manager.call('POST', '/v1/cameras', { json: { name: 'Ten at once' } })),
    )
    expect(many.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    expect(new Set(many.filter(({ status }) => status === 409).map(({ json }) => json.error.field))).toEqual(
      new Set(['name']),
    )
    // Another project's names are its own.
    await addProject(server, 'elsewhere')
    const foreigner = await sitesClient(server, { project: 'elsewhere' })
    const theirs = await addCamera(foreigner, { name: 'Once', serial: 'SN-once' })
    expect((await manager.call('GET', `/v1/cameras/${theirs}`)).status).toBe(404)
  })

  it('"moving a camera to another installation keeps old photos where they were"', async () => {
    const [here, there] = [await addInstallation(manager), await addInstallation(manager)]
    const camera = await addCamera(manager, { name: 'Moving', installation_id: here })
    const [old = ''] = await addCaptures(server, here, [{ taken: '2021-05-01T10:00:00Z', camera }])
    const installation = async (id: string) => (await manager.call('GET', `/v1/installations/${id}`)).json.installation
    expect(await installation(here)).toMatchObject({ camera_id: camera, photo_count: 1 })
    const moved = await manager.call('PATCH', `/v1/cameras/${camera}`, { json: { installation_id: there } })
    expect(moved.json.camera.installation_id).toBe(there)
    expect(await installation(here)).toMatchObject({ camera_id: null, photo_count: 1, latest_photo: { id: old } })
    expect(await installation(there)).toMatchObject({ camera_id: camera, photo_count: 0, latest_photo: null })
    expect((await manager.call('GET', `/v1/photos/${old}`)).json.photo).toMatchObject({
      installation_id: here,
      camera_id: camera,
    })
    const second = await addCamera(manager, { name: 'Second' })
    const crowded = await manager.call('PATCH', `/v1/cameras/${second}`, { json: { installation_id: there } })
    expect([crowded.status, crowded.json.error.field]).toEqual([409, 'installation_id'])
    await manager.call('PATCH', `/v1/cameras/${camera}`, { json: { installation_id: null } })
    expect(await installation(there)).toMatchObject({ camera_id: null })
    const nowhere = await manager.call('PATCH', `/v1/cameras/${camera}`, { json: { installation_id: 'in_none' } })
    expect([nowhere.status, nowhere.json.error.field]).toEqual([404, 'installation_id'])
  })

  it('rights are those of the installation where it is; in store it is for who manages everything', async () => {
    const place = await addInstallation(manager)
    const [installed, stored] = [
      await addCamera(manager, { name: 'Rights: installed', installation_id: place }),
      await addCamera(manager, { name: 'Rights: stored' }),
    ]
    const viewer = await sitesClient(server, { siteAccess: 'view' })
    const stranger = await sitesClient(server, { siteAccess: null })
    const names = async ({ call }: SitesClient) =>
      (await call('GET', '/v1/cameras?q=Rights:')).json.cameras.map(({ name }: { name: string }) => name)
    expect(await names(manager)).toEqual(['Rights: installed', 'Rights: stored'])
    expect(await names(viewer)).toEqual(['Rights: installed'])
    expect(await names(stranger)).toEqual([])
    const status = async ({ call }: SitesClient, method: string, path: string, json?: unknown) =>
      (await call(method, path, json === undefined ? {} : { json })).status
    expect(await status(viewer, 'GET', `/v1/cameras/${installed}`)).toBe(200)
    expect(await status(viewer, 'GET', `/v1/cameras/${stored}`)).toBe(404)
    expect(await status(viewer, 'PATCH', `/v1/cameras/${installed}`, { name: 'x' })).toBe(403)
    expect(await status(viewer, 'POST', '/v1/cameras', { name: 'New' })).toBe(403)
    expect(await status(viewer, 'POST', '/v1/cameras', { name: 'New', installation_id: place })).toBe(403)
    expect(await status(viewer, 'POST', `/v1/cameras/${installed}/ingest-keys`, { name: 'x' })).toBe(403)
    for (const path of ['', '/diagnostics', '/ingest-keys']) {
      expect(await status(stranger, 'GET', `/v1/cameras/${installed}${path}`)).toBe(404)
    }
    expect(await status(stranger, 'POST', '/v1/cameras', { name: 'New', installation_id: place })).toBe(404)
  })

  it('its list filters and pages in order of name', async () => {
    const place = await addInstallation(manager)
    for (const name of ['Page c', 'Page a', 'Page b']) await addCamera(manager, { name, enabled: name !== 'Page b' })
    await addCamera(manager, { name: 'Page d', installation_id: place })
    const page = async (query: string) => (await manager.call('GET', `/v1/cameras?${query}`)).json
    const names = ({ cameras }: { cameras: { name: string }[] }) => cameras.map(({ name }) => name)
    const first = await page('q=page&limit=2')
    expect(names(first)).toEqual(['Page a', 'Page b'])
    expect(names(await page(`q=page&limit=2&cursor=${first.paging.next_cursor}`))).toEqual(['Page c', 'Page d'])
    expect(names(await page('q=page&enabled=false'))).toEqual(['Page b'])
    expect(names(await page(`installation_id=${place}`))).toEqual(['Page d'])
    expect(names(await page('q=page&alert=no_contact'))).toEqual([])
  })

  it('refuses what makes no sense, naming the field', async () => {
    const field = async (json: unknown) => {
      const answer = await manager.call('POST', '/v1/cameras', { json })
      return [answer.status, answer.json.error.field]
    }
    expect(await field({})).toEqual([400, 'name'])
    expect(await field({ name: '' })).toEqual([400, 'name'])
    expect(await field({ name: 'x', colour: 'red' })).toEqual([400, 'colour'])
    expect(await field({ name: 'x', voltage_alert_mv: -1 })).toEqual([400, 'voltage_alert_mv'])
    expect(await field({ name: 'x', schedule: {} })).toEqual([400, 'schedule.interval_minutes'])
    expect(await field({ name: 'x', schedule: { interval_minutes: 15, active_from: '06:00' } })).toEqual([
      400,
      'schedule.active_to',
    ])
    expect(await field({ name: 'x', schedule: { interval_minutes: 15, active_from: '6', active_to: '7' } })).toEqual([
      400,
      'schedule.active_from',
    ])
    expect((await manager.call('GET', '/v1/cameras?limit=0')).json.error.field).toBe('limit')
    expect((await manager.call('GET', '/v1/cameras?alert=red')).json.error.field).toBe('alert')
  })

  it('"ingest-keys makes a key valid only for sending photos and diagnostics of that camera"', async () => {
    const place = await addInstallation(manager)
    const camera = await addCamera(manager, { name: 'Keyed', installation_id: place })
    const other = await addCamera(manager, { name: 'Not keyed' })
    const made = await manager.call('POST', `/v1/cameras/${camera}/ingest-keys`, { json: { name: 'North mast' } })
    expect(made.status).toBe(201)
    expect(made.json.api_key).toMatch(/^sp_[0-9A-Za-z]{8}_[0-9A-Za-z]{40}$/)
    const { id, prefix } = made.json.ingest_key
    const listed = await manager.call('GET', `/v1/cameras/${camera}/ingest-keys`)
    expect(listed.json.ingest_keys).toEqual([
      expect.objectContaining({ id, name: 'North mast', prefix, enabled: true }),
    ])
    expect(JSON.stringify(listed.json)).not.toContain(made.json.api_key)

    const unit = { call: sitesCaller(server, made.json.api_key) }
    const record = { recorded_at: '2021-05-31T22:15:00Z', battery_mv: 8000 }
    expect((await unit.call('POST', `/v1/cameras/${camera}/diagnostics`, { json: record })).status).toBe(201)
    expect((await addPhoto(unit, place, await photo(32, 24, 'jpeg', 7))).status).toBe(201)
    // "such a key gets 403 elsewhere"
    for (const [method, path] of [
      ['GET', '/v1/installations'],
      ['GET', `/v1/cameras/${camera}`],
      ['GET', `/v1/cameras/${camera}/diagnostics`],
      ['GET', '/v2/photos'],
      ['POST', `/v1/cameras/${other}/diagnostics`],
    ] as const) {
      const answer = await unit.call(method, path, method === 'POST' ? { json: record } : {})
      expect({ path, status: answer.status, code: answer.json.error.code }).toEqual({
        path,
        status: 403,
        code: 'forbidden',
      })
    }
    expect((await manager.call('DELETE', `/v1/cameras/${other}/ingest-keys/${id}`)).status).toBe(404)
    expect((await manager.call('DELETE', `/v1/cameras/${camera}/ingest-keys/${id}`)).status).toBe(200)
    expect((await unit.call('POST', `/v1/cameras/${camera}/diagnostics`, { json: record })).status).toBe(401)
    expect((await manager.call('DELETE', `/v1/cameras/${camera}/ingest-keys/${id}`)).status).toBe(404)
  })

  it('a camera has at most twenty keys, also when they are made at once; a user has any number of cameras', async () => {
    const camera = await addCamera(manager, { name: 'Many keys' })
    const path = `/v1/cameras/${camera}/ingest-keys`
    const made = await Promise.all(
      Array.from({ length: 22 }, (_, at) => manager.call('POST', path, { json: { name: `key ${at}` } })),
    )
    expect(made.map(({ status }) => status).sort()).toEqual([...Array(20).fill(201), 409, 409])
    const next = await addCamera(manager, { name: 'Many keys: next' })
    expect((await manager.call('POST', `/v1/cameras/${next}/ingest-keys`, { json: { name: 'x' } })).status).toBe(201)
  })

  it('switched off it may send nothing: 409', async () => {
    const place = await addInstallation(manager)
    const camera = await addCamera(manager, { name: 'Off', installation_id: place, enabled: false })
    const made = await manager.call('POST', `/v1/cameras/${camera}/ingest-keys`, { json: { name: 'x' } })
    const unit = sitesCaller(server, made.json.api_key)
    const record = { recorded_at: '2021-05-31T22:15:00Z' }
    const refused = await unit('POST', `/v1/cameras/${camera}/diagnostics`, { json: record })
    expect([refused.status, refused.json.error.code]).toEqual([409, 'conflict'])
    await manager.call('PATCH', `/v1/cameras/${camera}`, { json: { enabled: true } })
    expect((await unit('POST', `/v1/cameras/${camera}/diagnostics`, { json: record })).status).toBe(201)
  })
}
