/** The calendar (site-photos-api.md section 7.4) and conformance check 8: it equals a recount and the list, whatever happens. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Project } from '../../src/core/projects/records.ts'
import type { Capture } from '../../src/core/sites/records.ts'
import { formatDay, localAt } from '../../src/core/sites/zones.ts'
import { addCapture } from '../support/captures.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

/** Around a change of the clocks: its first day, and the days that must have so many hours. */
const zones: [zone: string, from: string, hours: Record<string, number>][] = [
  ['Australia/Sydney', '2021-04-03', { '2021-04-03': 24, '2021-04-04': 25, '2021-04-05': 24 }],
  ['America/New_York', '2021-03-13', { '2021-03-13': 24, '2021-03-14': 23, '2021-03-15': 24 }],
  ['Asia/Kathmandu', '2021-06-01', { '2021-06-01': 24 }],
  ['Pacific/Apia', '2011-12-28', { '2011-12-29': 24, '2011-12-30': 0, '2011-12-31': 24 }],
  ['America/St_Johns', '2010-11-05', { '2010-11-06': 25, '2010-11-07': 24 }],
]

const hourMs = 3_600_000

export function calendarSuite(stack: Stack): void {
  let server: TestServer
  let manager: SitesClient
  let project: Project

  beforeAll(async () => {
    server = await stack.start()
    manager = await sitesClient(server)
    project = (await server.composed.store.read.projects.find(manager.user.project)) as Project
  })
  afterAll(() => server.stop())

  const add = (installation: string, taken: number, fields: object = {}) =>
    addCapture(server.composed, project, { installation, taken, ...fields })
  const calendar = (place: string, from: string, to: string, more = '') =>
    manager.call('GET', `/v1/installations/${place}/calendar?from=${from}&to=${to}${more}`)

  /** "Counts must match `GET {S}/v2/photos?date=` at all times." */
  async function check(place: string, timezone: string, there: readonly Pick<Capture, 'id' | 'taken'>[]) {
    const { json } = await calendar(place, '2010-10-01', '2011-10-31')
    const later = await calendar(place, '2011-11-01', '2012-11-30')
    const last = await calendar(place, '2020-12-01', '2021-12-31')
    expect(json.timezone).toBe(timezone)
    const days = [...json.days, ...later.json.days, ...last.json.days]
    const expected = new Map<string, string[]>()
    for (const { id, taken } of [...there].sort((a, b) => a.taken - b.taken || (a.id < b.id ? -1 : 1))) {
      const day = formatDay(localAt(timezone, taken).day)
      expected.set(day, [...(expected.get(day) ?? []), id])
    }
    expect(days.map(({ date }: { date: string }) => date)).toEqual([...expected.keys()].sort())
    for (const day of days) {
      const ids = expected.get(day.date) ?? []
      expect([day.count, day.first_photo_id, day.last_photo_id], day.date).toEqual([ids.length, ids[0], ids.at(-1)])
      expect(ids).toContain(day.cover_photo_id)
      expect(day.thumb_url).toContain(`/site/v1/photos/${day.cover_photo_id}/file/thumb`)
      const list = await manager.call('GET', `/v2/photos?installation_id=${place}&date=${day.date}&order=asc&limit=500`)
      expect(list.json.photos.map(({ id }: { id: string }) => id)).toEqual(ids)
    }
  }

  it.each(zones)(
    'equals a recount and the list through inserts, deletes, restores and retimes in %s',
    async (timezone, from, hours) => {
      const place = await addInstallation(manager, { timezone })
      const start = Date.parse(`${from}T00:00:00Z`) - 14 * hourMs
      let there: { id: string; taken: number }[] = []
      // One photo each hour of four days.
      for (let hour = 0; hour < 100; hour += 4) {
        const some = [0, 1, 2, 3].map((more) => add(place, start + (hour + more) * hourMs + 60_000, { tags: ['t'] }))
        there.push(...(await Promise.all(some)).map(({ id, taken }) => ({ id, taken })))
      }
      const { json } = await calendar(
        place,
        from,
        '2021-12-31'.slice(0, 4) === from.slice(0, 4) ? '2021-12-31' : `${from.slice(0, 4)}-12-31`,
      )
      const counts = new Map(json.days.map(({ date, count }: { date: string; count: number }) => [date, count]))
      for (const [date, count] of Object.entries(hours)) expect([date, counts.get(date) ?? 0]).toEqual([date, count])
      await check(place, timezone, there)

      let state = 99
      const random = (below: number) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        return Math.floor((state / 2 ** 32) * below)
      }
      const binned: { id: string; taken: number }[] = []
      for (let round = 0; round < 3; round += 1) {
        for (let step = 0; step < 6; step += 1) {
          const at = random(there.length)
          const photo = there[at]
          if (photo === undefined) continue
          if (step % 3 === 0) {
            expect((await manager.call('DELETE', `/v1/photos/${photo.id}`)).status).toBe(200)
            there = there.filter((one) => one !== photo)
            binned.push(photo)
          } else if (step % 3 === 1) {
            photo.taken = start + random(90) * hourMs
            const taken_at = new Date(photo.taken).toISOString().replace('.000', '')
            expect((await manager.call('PATCH', `/v1/photos/${photo.id}`, { json: { taken_at } })).status).toBe(200)
          } else {
            const { id, taken } = await add(place, start + random(100) * hourMs)
            there.push({ id, taken })
          }
        }
        const back = round === 1 ? binned.pop() : undefined
        if (back !== undefined) {
          expect((await manager.call('POST', `/v1/photos/${back.id}/restore`)).status).toBe(200)
          there.push(back)
        }
        await check(place, timezone, there)
      }
    },
  )

  it('follows the zone of its installation', async () => {
    const place = await addInstallation(manager, { timezone: 'UTC' })
    const there = []
    for (let hour = 0; hour < 30; hour += 1)
      there.push(await add(place, Date.parse('2021-04-03T12:00:00Z') + hour * hourMs))
    await manager.call('PATCH', `/v1/installations/${place}`, { json: { timezone: 'Australia/Sydney' } })
    await check(place, 'Australia/Sydney', there)
  })

  it('has months, at most 400 days at once, and names what is wrong', async () => {
    const place = await addInstallation(manager)
    for (const taken of [
      '2021-05-01T10:00:00Z',
      '2021-05-01T12:00:00Z',
      '2021-05-31T10:00:00Z',
      '2021-07-01T10:00:00Z',
    ]) {
      await add(place, Date.parse(taken))
    }
    const { json } = await calendar(place, '2001-01-01', '2021-06-30', '&granularity=month')
    expect(json).toEqual({ ok: true, timezone: 'UTC', months: [{ month: '2021-05', count: 3, days_with_photos: 2 }] })
    const cover = (await calendar(place, '2021-05-01', '2021-05-01')).json.days[0]
    expect(cover.cover_photo_id).toBe(cover.last_photo_id)
    expect((await calendar(place, '2020-05-27', '2021-06-30')).status).toBe(200)
    const bad: [string, string, string, string][] = [
      ['2020-05-26', '2021-06-30', '', 'to'],
      ['2021-06-02', '2021-06-01', '', 'to'],
      ['2021-06-31', '2021-07-01', '', 'from'],
      ['2021-06-01', '2021-06-30', '&granularity=hour', 'granularity'],
    ]
    for (const [from, to, more, field] of bad) {
      const answer = await calendar(place, from, to, more)
      expect([answer.status, answer.json.error.field]).toEqual([400, field])
    }
  })
}
