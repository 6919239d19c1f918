/** Limits and usage (site-photos-api.md section 5; conformance check 2). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock, type TestClock } from '../../src/adapters/database/test-records.ts'
import { type SitesClient, sitesCaller, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const list = '/v1/installations'
const exceeded = (date: string) => ({
  ok: false,
  error: { code: 'rate_limit', message: `API rate limit exceeded. Please try again after ${date}.` },
})

export function limitsSuite(stack: Stack): void {
  let server: TestServer
  let clock: TestClock
  const to = (iso: string) => clock.advance(Date.parse(iso) - clock.now())
  const statuses = async (client: Pick<SitesClient, 'call'>, count: number) => {
    const answers: number[] = []
    for (let call = 0; call < count; call += 1) answers.push((await client.call('GET', list)).status)
    return answers
  }

  beforeAll(async () => {
    clock = createTestClock(Date.parse('2021-05-30T12:00:30Z'))
    server = await stack.start({ LIMITS: 'on', SITE_LIMIT_MINUTE: '3', SITE_LIMIT_ADDRESS: '30' }, clock)
  })
  afterAll(() => server.stop())

  it('"Minute limit 3, clock at 12:00:30: calls 1-3 pass, 4th 429 ...; at 12:01:00 passes"', async () => {
    to('2021-05-30T12:00:30Z')
    const client = await sitesClient(server)
    for (const remaining of ['2', '1', '0']) {
      const { status, headers } = await client.call('GET', list)
      expect(status).toBe(200)
      expect(headers.get('x-ratelimit-limit-minute')).toBe('3')
      expect(headers.get('x-ratelimit-remaining-minute')).toBe(remaining)
      expect(headers.get('x-ratelimit-limit-month')).toBe('50000')
    }
    const date = 'Sun, 30 May 2021 12:01:00 GMT'
    const refused = await client.call('GET', list)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe(date)
    expect(refused.headers.get('x-ratelimit-remaining-minute')).toBe('0')
    expect(refused.json).toMatchObject(exceeded(date))
    to('2021-05-30T12:00:59.999Z')
    expect(await statuses(client, 2)).toEqual([429, 429])
    to('2021-05-30T12:01:00Z')
    const next = await client.call('GET', list)
    expect(next.status).toBe(200)
    // Refused calls were not counted.
    expect(next.headers.get('x-ratelimit-remaining-month')).toBe(String(50_000 - 4))
  })

  it('"Month limit: on 31 May gives Tue, 01 Jun 2021 00:00:00 GMT. Both spent: the month\'s date"', async () => {
    to('2021-05-31T10:00:00Z')
    const client = await sitesClient(server, { siteMonth: 4 })
    expect(await statuses(client, 3)).toEqual([200, 200, 200])
    const minute = await client.call('GET', list)
    expect(minute.headers.get('retry-after')).toBe('Mon, 31 May 2021 10:01:00 GMT')
    to('2021-05-31T10:01:00Z')
    expect(await statuses(client, 1)).toEqual([200])
    const date = 'Tue, 01 Jun 2021 00:00:00 GMT'
    const month = await client.call('GET', list)
    expect(month.status).toBe(429)
    expect(month.headers.get('retry-after')).toBe(date)
    expect(month.json).toMatchObject(exceeded(date))
    // A refused call takes nothing of the minute either.
    expect(month.headers.get('x-ratelimit-remaining-minute')).toBe('2')

    const both = await sitesClient(server, { siteMonth: 3 })
    expect(await statuses(both, 3)).toEqual([200, 200, 200])
    const spent = await both.call('GET', list)
    expect(spent.headers.get('retry-after')).toBe(date)
    expect(spent.json).toMatchObject(exceeded(date))
    to('2021-05-31T23:59:59.999Z')
    expect(await statuses(both, 1)).toEqual([429])
    to('2021-06-01T00:00:00Z')
    expect(await statuses(both, 1)).toEqual([200])
  })

  it('"Two keys of one user share; two users do not"', async () => {
    to('2021-06-01T09:00:00Z')
    const client = await sitesClient(server)
    const { store, siteKeys } = server.composed
    const { secret } = await store.tx((tx) => siteKeys.create(tx, { user: client.user, name: 'second' }))
    const second = { call: sitesCaller(server, secret) }
    expect(await statuses(client, 2)).toEqual([200, 200])
    expect(await statuses(second, 2)).toEqual([200, 429])
    expect(await statuses(client, 1)).toEqual([429])
    expect(await statuses(await sitesClient(server), 3)).toEqual([200, 200, 200])
  })

  it('may be changed for a user, at once, and lifted', async () => {
    to('2021-06-01T09:10:00Z')
    const client = await sitesClient(server, { siteMinute: 1 })
    expect(await statuses(client, 2)).toEqual([200, 429])
    const set = (siteMinute: number | null, siteMonth: number | null) =>
      server.composed.store.tx((tx) => tx.users.update(client.user.id, { siteMinute, siteMonth }))
    await set(0, null)
    const { status, headers } = await client.call('GET', list)
    expect(status).toBe(200)
    expect(headers.get('x-ratelimit-limit-minute')).toBe('2147483647')
    expect(headers.get('x-ratelimit-remaining-minute')).toBe('2147483647')
    expect(await statuses(client, 5)).toEqual([200, 200, 200, 200, 200])
    await set(0, 0)
    expect((await client.call('GET', list)).headers.get('x-ratelimit-remaining-month')).toBe('2147483647')
    await set(null, 7)
    expect(await statuses(client, 1)).toEqual([429])
  })

  it('counts what is refused for another reason, but neither 401 nor what has no key', async () => {
    to('2021-06-01T09:20:00Z')
    const client = await sitesClient(server)
    const remaining = async (method: string, path: string, options = {}) =>
      (await client.call(method, path, options)).headers.get('x-ratelimit-remaining-minute')
    expect(await remaining('GET', `${list}?nothing=1`)).toBe('2')
    expect(await remaining('GET', `${list}/in_unknown`)).toBe('1')
    expect(await remaining('GET', list, { key: 'wrong' })).toBeNull()
    expect((await fetch(`${server.url}/site/`)).headers.get('x-ratelimit-remaining-minute')).toBeNull()
    expect((await fetch(`${server.url}/site${list}`, { method: 'OPTIONS' })).status).toBeLessThan(500)
    expect((await client.call('PUT', list)).status).toBe(405)
    expect(await remaining('HEAD', list)).toBe('0')
  })

  it('"Unauthenticated requests: 30 per minute per address, same answer form"; who has a key is not concerned', async () => {
    to('2021-06-01T10:00:10Z')
    const client = await sitesClient(server)
    const answers = await Promise.all(
      Array.from({ length: 34 }, (_, at) => client.call('GET', list, { key: at % 2 ? null : 'sp_guessed' })),
    )
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(30)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(4)
    const date = 'Tue, 01 Jun 2021 10:01:00 GMT'
    expect(refused[0]?.headers.get('retry-after')).toBe(date)
    expect(refused[0]?.json).toMatchObject(exceeded(date))
    expect(await statuses(client, 1)).toEqual([200])
    to('2021-06-01T10:01:00Z')
    expect((await client.call('GET', list, { key: null })).status).toBe(401)
  })

  describe('usage', () => {
    it('"gives counts by day and function", and what is left', async () => {
      to('2021-06-02T23:59:00Z')
      const client = await sitesClient(server)
      await client.call('GET', list)
      await client.call('GET', `${list}/in_unknown`)
      await client.call('GET', '/v2/photos')
      // Not counted.
      await client.call('GET', list)
      to('2021-06-03T00:00:00Z')
      await client.call('GET', '/v1/photos')
      const { json } = await client.call('GET', '/v1/usage?from=2021-06-01')
      expect(json).toEqual({
        ok: true,
        from: '2021-06-01',
        to: '2021-06-03',
        calls: 4,
        limits: {
          minute: { limit: 3, remaining: 1, resets_at: '2021-06-03T00:01:00Z' },
          month: { limit: 50_000, remaining: 50_000 - 5, resets_at: '2021-07-01T00:00:00Z' },
        },
        days: [
          {
            date: '2021-06-02',
            calls: 3,
            functions: [
              { function: 'installations.get', version: 1, calls: 1 },
              { function: 'installations.list', version: 1, calls: 1 },
              { function: 'photos.list', version: 2, calls: 1 },
            ],
          },
          { date: '2021-06-03', calls: 1, functions: [{ function: 'photos.list', version: 1, calls: 1 }] },
        ],
      })
      const last = await client.call('GET', '/v1/usage?from=2021-06-03&to=2021-06-03')
      expect(last.json.days[0].functions).toContainEqual({ function: 'usage.get', version: 1, calls: 1 })
      to('2021-06-03T00:01:00Z')
      expect((await (await sitesClient(server)).call('GET', '/v1/usage')).json.days).toEqual([])
      for (const query of ['from=2021-06-02&to=2021-06-01', 'from=2020-01-01&to=2021-06-01']) {
        const { status, json } = await client.call('GET', `/v1/usage?${query}`)
        expect({ status, field: json.error.field }).toEqual({ status: 400, field: 'from' })
      }
    })
  })
}

/** With IMAGESTEAD_LIMITS=off. */
export function noLimitsSuite(stack: Stack): void {
  let server: TestServer
  beforeAll(async () => {
    server = await stack.start({ SITE_LIMIT_MINUTE: '3', SITE_LIMIT_ADDRESS: '4' })
  })
  afterAll(() => server.stop())

  it('"the headers stay with remaining = limit; the guard on unauthenticated requests stays on"', async () => {
    const client = await sitesClient(server)
    for (let call = 0; call < 5; call += 1) {
      const { status, headers } = await client.call('GET', list)
      expect(status).toBe(200)
      expect(headers.get('x-ratelimit-limit-minute')).toBe('3')
      expect(headers.get('x-ratelimit-remaining-minute')).toBe('3')
      expect(headers.get('x-ratelimit-remaining-month')).toBe('50000')
    }
    const { json } = await client.call('GET', '/v1/usage')
    expect(json.limits.minute).toEqual({ limit: 3, remaining: 3, resets_at: null })
    expect(json.calls).toBe(5)
    const answers = await Promise.all(Array.from({ length: 9 }, () => client.call('GET', list, { key: null })))
    expect(answers.some(({ status }) => status === 429)).toBe(true)
  })
}
