/** "Alerts: low_voltage, no_contact (2 x interval), storage_low, dark_or_blank_photo, view_moved" (site-photos-api.md section 7.2). */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { noticeSilence } from '../../src/core/sites/cameras/watch.ts'
import { addEndpoint } from '../../src/core/webhooks/endpoints.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { addCaptures } from '../support/site-captures.ts'
import { addCamera, addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const minute = 60_000
const start = Date.parse('2026-03-02T12:00:00Z')

export function alertSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let now = start
  let made = 0

  beforeAll(async () => {
    server = await stack.start({ FETCH_ALLOW: '127.0.0.1' }, { now: () => now })
    manager = await sitesClient(server)
  })
  beforeEach(() => {
    now = start
  })
  afterAll(() => server.stop())

  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
  const installed = async (fields: Record<string, unknown> = {}, place: Record<string, unknown> = {}) => {
    made += 1
    const installation = await addInstallation(manager, place)
    const camera = await addCamera(manager, { name: `Alert ${made}`, installation_id: installation, ...fields })
    return { installation, camera }
  }
  const shown = async (camera: string) => (await manager.call('GET', `/v1/cameras/${camera}`)).json.camera
  const alerts = async (camera: string) =>
    (await shown(camera)).alerts.map(({ type, since, value }: Record<string, unknown>) => ({ type, since, value }))
  const report = (camera: string, at: number, fields: object) =>
    manager.call('POST', `/v1/cameras/${camera}/diagnostics`, { json: { recorded_at: iso(at), ...fields } })
  const watch = () => noticeSilence(server.composed, new AbortController().signal)

  describe('low_voltage', () => {
    it('opens below voltage_alert_mv ("default 7600"), keeps the last value, closes 100 mV above', async () => {
      const { camera } = await installed()
      await report(camera, start - 9 * minute, { battery_mv: 7600 })
      expect(await alerts(camera)).toEqual([])
      await report(camera, start - 8 * minute, { battery_mv: 7599 })
      const since = iso(start - 8 * minute)
      expect(await alerts(camera)).toEqual([{ type: 'low_voltage', since, value: 7599 }])
      await report(camera, start - 7 * minute, { battery_mv: 7650 })
      expect(await alerts(camera)).toEqual([{ type: 'low_voltage', since, value: 7650 }])
      await report(camera, start - 6 * minute, { battery_mv: 7700 })
      expect(await alerts(camera)).toEqual([])
    })

    it('goes by the threshold of the camera, and by the event code VBT', async () => {
      const { camera } = await installed({ voltage_alert_mv: 3700 })
      await report(camera, start - 9 * minute, { battery_mv: 3900 })
      expect(await alerts(camera)).toEqual([])
      await report(camera, start - 8 * minute, { event_code: 'VBT' })
      expect(await alerts(camera)).toMatchObject([{ type: 'low_voltage', value: null }])
      await report(camera, start - 7 * minute, { battery_mv: 3900 })
      expect(await alerts(camera)).toEqual([])
    })

    it('is what the newest reading says, in whatever order they come', async () => {
      const { camera } = await installed()
      await report(camera, start - 5 * minute, { battery_mv: 8000 })
      await report(camera, start - 20 * minute, { battery_mv: 7000 })
      expect(await alerts(camera)).toEqual([])
      const records = [3, 1, 2].map((ago) => ({ recorded_at: iso(start - ago * minute), battery_mv: 7000 + ago }))
      await manager.call('POST', `/v1/cameras/${camera}/diagnostics`, { json: { records } })
      expect(await alerts(camera)).toEqual([{ type: 'low_voltage', since: iso(start - 3 * minute), value: 7001 }])
    })
  })

  it('storage_low opens below 500 MB and closes at 1000 MB', async () => {
    const { camera } = await installed()
    const values = []
    for (const [ago, storage_free_mb] of [
      [9, 499],
      [8, 999],
      [7, 1000],
      [6, 500],
    ] as const) {
      await report(camera, start - ago * minute, { storage_free_mb })
      values.push((await alerts(camera)).map(({ value }: { value: number }) => value))
    }
    expect(values).toEqual([[499], [999], [], []])
  })

  describe('dark_or_blank_photo and view_moved', () => {
    it('open with the second odd photo in a row, and close with the second good one', async () => {
      const { camera, installation } = await installed()
      const seen: unknown[] = []
      const rows = [['dark'], [], ['dark'], ['blank'], [], ['dark'], [], []] as const
      for (const [at, flags] of rows.entries()) {
        await addCaptures(server, installation, [{ taken: start + at * minute, camera, flags: [...flags] }])
        seen.push((await alerts(camera)).map(({ type, value }: Record<string, unknown>) => `${type} ${value}`).join())
      }
      const open = (count: number) => `dark_or_blank_photo ${count}`
      expect(seen).toEqual(['', '', '', open(2), open(2), open(3), open(3), ''])
      await addCaptures(
        server,
        installation,
        [10, 11].map((at) => ({ taken: start + at * minute, camera, flags: ['view_moved' as const] })),
      )
      expect(await alerts(camera)).toEqual([{ type: 'view_moved', since: iso(start + 11 * minute), value: 2 }])
    })

    it('the dark outside the active hours is no trouble, and photos sent late change nothing', async () => {
      const schedule = { interval_minutes: 60, active_from: '07:00', active_to: '17:00' }
      const { camera, installation } = await installed({ schedule }, { timezone: 'Australia/Brisbane' })
      // 22:00 and 23:00 there.
      const night = ['2026-03-01T12:00:00Z', '2026-03-01T13:00:00Z']
      await addCaptures(
        server,
        installation,
        night.map((taken) => ({ taken, camera, flags: ['dark'] })),
      )
      expect(await alerts(camera)).toEqual([])
      const morning = ['2026-03-01T22:00:00Z', '2026-03-01T23:00:00Z']
      await addCaptures(
        server,
        installation,
        morning.map((taken) => ({ taken, camera })),
      )
      const late = ['2026-03-01T21:00:00Z', '2026-03-01T21:30:00Z']
      await addCaptures(
        server,
        installation,
        late.map((taken) => ({ taken, camera, flags: ['dark'] })),
      )
      expect(await alerts(camera)).toEqual([])
    })

    it('end when the camera stands elsewhere', async () => {
      const { camera, installation } = await installed()
      await addCaptures(
        server,
        installation,
        [1, 2].map((at) => ({ taken: start + at * minute, camera, flags: ['view_moved' as const] })),
      )
      expect(await alerts(camera)).toHaveLength(1)
      const elsewhere = await addInstallation(manager)
      await manager.call('PATCH', `/v1/cameras/${camera}`, { json: { installation_id: elsewhere } })
      expect(await alerts(camera)).toEqual([])
      // A photo of where it stood before.
      await addCaptures(server, installation, [{ taken: start + 3 * minute, camera, flags: ['view_moved'] }])
      expect(await alerts(camera)).toEqual([])
    })
  })

  describe('no_contact', () => {
    const schedule = { interval_minutes: 30 }

    it('opens after "2 x interval", closes with the next photo or record; next_due_at says when one is due', async () => {
      const { camera, installation } = await installed({ schedule })
      expect(await shown(camera)).toMatchObject({ last_seen_at: null, next_due_at: iso(start + 30 * minute) })
      now = start + 10 * minute
      await report(camera, now, {})
      expect(await shown(camera)).toMatchObject({ last_seen_at: iso(now), next_due_at: iso(start + 40 * minute) })
      now = start + 69 * minute
      await watch()
      expect(await alerts(camera)).toEqual([])
      now = start + 70 * minute
      await Promise.all([watch(), watch()])
      expect(await alerts(camera)).toEqual([{ type: 'no_contact', since: iso(now), value: null }])
      expect((await manager.call('GET', '/v1/cameras?alert=no_contact')).json.cameras).toHaveLength(1)
      // One that was taken before says nothing of now.
      await addCaptures(server, installation, [{ taken: start + 50 * minute, camera }])
      expect(await alerts(camera)).toHaveLength(1)
      now = start + 90 * minute
      await addCaptures(server, installation, [{ taken: now, camera }])
      expect(await alerts(camera)).toEqual([])
      expect(await shown(camera)).toMatchObject({ last_seen_at: iso(now), next_due_at: iso(start + 120 * minute) })
      now = start + 200 * minute
      await watch()
      expect(await alerts(camera)).toHaveLength(1)
    })

    it('waits for active hours, in the zone of the installation', async () => {
      // 22:00 in Brisbane: the day is over.
      const hours = { interval_minutes: 60, active_from: '07:00', active_to: '17:00' }
      const { camera, installation } = await installed({ schedule: hours }, { timezone: 'Australia/Brisbane' })
      expect((await shown(camera)).next_due_at).toBe('2026-03-02T21:00:00Z')
      now = Date.parse('2026-03-02T21:59:00Z')
      await watch()
      expect(await alerts(camera)).toEqual([])
      await manager.call('PATCH', `/v1/installations/${installation}`, { json: { timezone: 'UTC' } })
      expect((await shown(camera)).next_due_at).toBe('2026-03-02T13:00:00Z')
      await watch()
      expect(await alerts(camera)).toEqual([{ type: 'no_contact', since: '2026-03-02T14:00:00Z', value: null }])
    })

    it('nobody waits for a camera in store, switched off, without schedule, or where no photos are taken', async () => {
      const cases = [
        await installed(),
        await installed({ schedule, installation_id: null }),
        await installed({ schedule, enabled: false }),
        await installed({ schedule }, { status: 'paused' }),
      ]
      for (const { camera } of cases) expect((await shown(camera)).next_due_at).toBeNull()
      const { camera, installation } = await installed({ schedule })
      now = start + 100 * minute
      await watch()
      expect(await alerts(camera)).toHaveLength(1)
      await manager.call('PATCH', `/v1/installations/${installation}`, { json: { status: 'paused' } })
      expect(await shown(camera)).toMatchObject({ next_due_at: null, alerts: [] })
      for (const { camera: other } of cases) expect(await alerts(other)).toEqual([])
    })
  })

  describe('webhooks', () => {
    let origin: Origin
    beforeAll(async () => {
      origin = await startOrigin((_request, response) => response.writeHead(204).end())
    })
    afterAll(() => origin.stop())

    it('camera.alert.opened and camera.alert.closed tell the camera and the alert; old readings are no news', async () => {
      await addProject(server, 'alerted')
      const theirs = await sitesClient(server, { project: 'alerted' })
      await addEndpoint(server.composed, 'alerted', {
        url: `${origin.url}/hook`,
        events: 'camera.alert.opened,camera.alert.closed',
      })
      const camera = await addCamera(theirs, { name: 'North mast', serial: 'SN 7' })
      const send = (at: number, battery_mv: number) =>
        theirs.call('POST', `/v1/cameras/${camera}/diagnostics`, { json: { recorded_at: iso(at), battery_mv } })
      await send(start - 400 * 24 * 60 * minute, 7000)
      await send(start - 399 * 24 * 60 * minute, 8000)
      await send(start - 2 * minute, 7400)
      await send(start - minute, 7900)
      const told = () => origin.received.map(({ body }) => JSON.parse(body.toString()))
      await vi.waitFor(() => expect(told()).toHaveLength(2), { timeout: 20_000, interval: 30 })
      const opened = told().find(({ type }) => type === 'camera.alert.opened')
      expect(opened.data).toEqual({
        camera: {
          id: camera,
          serial: 'SN 7',
          name: 'North mast',
          installation_id: null,
          // As it was when the event was written down: perhaps before the next reading.
          last_seen_at: expect.toSatisfy((at) => [iso(start - minute), iso(start - 2 * minute)].includes(at)),
        },
        alert: { type: 'low_voltage', since: iso(start - 2 * minute), value: 7400, opened_at: iso(start - 2 * minute) },
      })
      const closed = told().find(({ type }) => type === 'camera.alert.closed')
      expect(closed.data.alert).toEqual({
        type: 'low_voltage',
        since: iso(start - 2 * minute),
        value: 7900,
        closed_at: iso(start - minute),
      })
    })
  })
}
