/** "Diagnostics: POST (one or up to 500 records) and GET with from, to, every" (site-photos-api.md section 7.2). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sweepDiagnostics } from '../../src/core/sites/cameras/watch.ts'
import { addCamera, addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const at = (text: string) => `2021-05-31T${text}Z`

export function diagnosticSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
  })
  afterAll(() => server.stop())

  const path = (camera: string) => `/v1/cameras/${camera}/diagnostics`
  const send = (camera: string, json: unknown) => manager.call('POST', path(camera), { json })
  const times = async (camera: string, query = '') => {
    const { json } = await manager.call('GET', `${path(camera)}?${query}`)
    return json.diagnostics.map(({ recorded_at: time }: { recorded_at: string }) => time.slice(11, 19))
  }

  it('one record comes back as it was sent', async () => {
    const camera = await addCamera(manager, { name: 'One record' })
    const record = {
      recorded_at: at('22:15:00'),
      battery_mv: 8123,
      external_power: false,
      signal_dbm: -87,
      temperature_c: -3.5,
      humidity_pct: 71.2,
      storage_free_mb: 20_480,
      photos_pending: 3,
      event_code: 'HRT',
      message: 'alive',
    }
    const { status, json } = await send(camera, record)
    expect([status, json]).toEqual([201, { ok: true, added: 1, duplicates: 0 }])
    const listed = await manager.call('GET', path(camera))
    expect(listed.json.diagnostics).toEqual([record])
    const bare = await send(camera, { recorded_at: '2021-06-01T08:16:00+10:00' })
    expect(bare.status).toBe(201)
    expect((await manager.call('GET', `${path(camera)}?limit=1`)).json.diagnostics).toEqual([
      { ...Object.fromEntries(Object.keys(record).map((name) => [name, null])), recorded_at: at('22:16:00') },
    ])
    const { json: shown } = await manager.call('GET', `/v1/cameras/${camera}`)
    expect(shown.camera.last_seen_at).toBe(at('22:16:00'))
  })

  it('the same records again are nothing new: 200, so a unit may resend', async () => {
    const camera = await addCamera(manager, { name: 'Again' })
    const records = ['01', '02', '03'].map((second) => ({ recorded_at: at(`10:00:${second}`), battery_mv: 8000 }))
    expect((await send(camera, { records })).json).toEqual({ ok: true, added: 3, duplicates: 0 })
    const again = await send(camera, { records: [...records, { ...records[0], event_code: 'VBT' }, records[1]] })
    expect([again.status, again.json]).toEqual([201, { ok: true, added: 1, duplicates: 4 }])
    const third = await send(camera, { records })
    expect([third.status, third.json]).toEqual([200, { ok: true, added: 0, duplicates: 3 }])
    const many = await Promise.all(Array.from({ length: 10 }, () => send(camera, { recorded_at: at('11:00:00') })))
    expect(many.map(({ json }) => json.added).sort()).toEqual([...Array(9).fill(0), 1])
  })

  it('lists the newest first, between from and to (half open), in pages', async () => {
    const camera = await addCamera(manager, { name: 'Pages' })
    const records = Array.from({ length: 7 }, (_, minute) => ({ recorded_at: at(`10:0${minute}:00`) }))
    await send(camera, { records })
    await send(camera, { recorded_at: at('10:03:00'), event_code: 'VBT' })
    expect(await times(camera, `from=${at('10:01:00')}&to=${at('10:03:00')}`)).toEqual(['10:02:00', '10:01:00'])
    const seen: string[] = []
    let cursor = ''
    do {
      const { json } = await manager.call('GET', `${path(camera)}?limit=3${cursor}`)
      seen.push(...json.diagnostics.map((one: { recorded_at: string }) => one.recorded_at.slice(14, 16)))
      cursor = json.paging.next_cursor === null ? '' : `&cursor=${json.paging.next_cursor}`
    } while (cursor !== '')
    expect(seen).toEqual(['06', '05', '04', '03', '03', '02', '01', '00'])
  })

  it('every gives the newest record of each slot', async () => {
    const camera = await addCamera(manager, { name: 'Slots' })
    const minutes = ['09:59', '10:00', '10:14', '10:15', '10:44', '12:01']
    await send(camera, { records: minutes.map((minute) => ({ recorded_at: at(`${minute}:00`) })) })
    await send(camera, { recorded_at: at('10:44:00'), event_code: 'VBT' })
    expect(await times(camera, 'every=15m')).toEqual(['12:01:00', '10:44:00', '10:15:00', '10:14:00', '09:59:00'])
    expect(await times(camera, 'every=1h')).toEqual(['12:01:00', '10:44:00', '09:59:00'])
    expect(await times(camera, 'every=1d')).toEqual(['12:01:00'])
    expect(await times(camera, `every=1h&to=${at('10:15:00')}`)).toEqual(['10:14:00', '09:59:00'])
    expect(await times(camera, `every=15m&from=${at('10:14:30')}`)).toEqual(['12:01:00', '10:44:00', '10:15:00'])
    const first = await manager.call('GET', `${path(camera)}?every=15m&limit=2`)
    const next = await manager.call('GET', `${path(camera)}?every=15m&limit=2&cursor=${first.json.paging.next_cursor}`)
    expect(next.json.diagnostics.map((one: { recorded_at: string }) => one.recorded_at)).toEqual([
      at('10:15:00'),
      at('10:14:00'),
    ])
  })

  it('values out of range are refused, naming the field; nothing of the call is kept', async () => {
    const camera = await addCamera(manager, { name: 'Ranges' })
    const time = at('10:00:00')
    const field = async (json: unknown) => {
      const { status, json: answer } = await send(camera, json)
      return [status, answer.error?.field]
    }
    expect(await field({})).toEqual([400, 'recorded_at'])
    expect(await field({ recorded_at: 'yesterday' })).toEqual([400, 'recorded_at'])
    expect(await field({ recorded_at: '1980-01-01T00:00:00Z' })).toEqual([400, 'recorded_at'])
    const ahead = new Date(Date.now() + 25 * 3_600_000).toISOString()
    expect(await field({ recorded_at: ahead })).toEqual([400, 'recorded_at'])
    expect(await field({ recorded_at: time, battery_mv: -1 })).toEqual([400, 'battery_mv'])
    expect(await field({ recorded_at: time, battery_mv: 7.5 })).toEqual([400, 'battery_mv'])
    expect(await field({ recorded_at: time, humidity_pct: 101 })).toEqual([400, 'humidity_pct'])
    expect(await field({ recorded_at: time, signal_dbm: 'loud' })).toEqual([400, 'signal_dbm'])
    expect(await field({ recorded_at: time, volts: 8 })).toEqual([400, 'volts'])
    expect(await field({ records: [] })).toEqual([400, 'records'])
    expect(await field({ records: Array(501).fill({ recorded_at: time }) })).toEqual([400, 'records'])
    expect(await field({ records: [{ recorded_at: time }], battery_mv: 5 })).toEqual([400, 'battery_mv'])
    const good = { recorded_at: time, battery_mv: 8000 }
    expect(await field({ records: [good, { ...good, battery_mv: 200_000 }] })).toEqual([400, 'records.1.battery_mv'])
    expect(await times(camera)).toEqual([])
    for (const [query, name] of [
      ['every=0m', 'every'],
      ['every=5s', 'every'],
      ['from=now', 'from'],
      ['cursor=x', 'cursor'],
      ['limit=501', 'limit'],
    ]) {
      expect((await manager.call('GET', `${path(camera)}?${query}`)).json.error.field).toBe(name)
    }
    expect(
      (
        await send(camera, {
          records: Array.from({ length: 500 }, (_, n) => ({
            recorded_at: new Date(Date.parse(time) + n * 1000).toISOString(),
          })),
        })
      ).json.added,
    ).toBe(500)
  })

  it('needs the right contribute where the camera is to send, and view to read', async () => {
    const camera = await addCamera(manager, { name: 'Rights', installation_id: await addInstallation(manager) })
    const status = async (siteAccess: 'view_watermarked' | 'view' | 'contribute', method: string) => {
      const { call } = await sitesClient(server, { siteAccess })
      const json = { recorded_at: at('10:00:00') }
      return (await call(method, path(camera), method === 'POST' ? { json } : {})).status
    }
    expect(await status('view', 'POST')).toBe(403)
    expect(await status('contribute', 'POST')).toBe(201)
    expect(await status('view_watermarked', 'GET')).toBe(403)
    expect(await status('view', 'GET')).toBe(200)
  })

  it('goes when it is too old, some at a time', async () => {
    const { composed } = server
    const camera = await addCamera(manager, { name: 'Sweep' })
    const start = Date.parse(at('10:00:00'))
    const record = (minute: number) => ({ recorded_at: new Date(start + minute * 60_000).toISOString() })
    await send(camera, { records: Array.from({ length: 12 }, (_, minute) => record(minute)) })
    expect(await composed.store.tx((tx) => tx.cameras.sweepDiagnostics(camera, start + 600_000, 4))).toBe(4)
    await sweepDiagnostics(composed, start + 600_000, new AbortController().signal)
    expect(await times(camera)).toEqual(['10:11:00', '10:10:00'])
  })
}
