/** Versions of functions (site-photos-api.md section 4; conformance check 4). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock, type TestClock } from '../../src/adapters/database/test-records.ts'
import { addInstallation, type SitesClient, sitesClient } from '../support/sites-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import type { Answer } from '../support/tasks-client.ts'

const names = ['x-supported-until', 'deprecation', 'sunset', 'link'] as const
const told = ({ headers }: Pick<Answer, 'headers'>) => names.map((name) => headers.get(name))
const silent = [null, null, null, null]

export function versionsSuite(stack: Stack): void {
  const start = Date.parse('2021-08-31T10:20:30.500Z')
  const end = [
    '2022-02-28T10:20:30Z',
    `@${Date.parse('2021-08-31T10:20:30Z') / 1000}`,
    'Mon, 28 Feb 2022 10:20:30 GMT',
    '</site/v2/photos>; rel="successor-version"',
  ]
  let server: TestServer
  let clock: TestClock
  let client: SitesClient
  const to = (iso: string) => clock.advance(Date.parse(iso) - clock.now())

  beforeAll(async () => {
    clock = createTestClock(start)
    server = await stack.start({ LIMITS: 'on', SITE_LIMIT_ADDRESS: '2' }, clock)
    client = await sitesClient(server)
  })
  afterAll(() => server.stop())

  it('"v1 list carries X-Supported-Until on 200, 400, 401 and 429, v2 never"', async () => {
    const limited = await sitesClient(server, { siteMinute: 1 })
    const call = async (path: string, options = {}) => {
      const answer = await client.call('GET', path, options)
      return { status: answer.status, told: told(answer) }
    }
    expect(await call('/v1/photos')).toEqual({ status: 200, told: end })
    expect(end[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(await call('/v1/photos?nothing=1')).toEqual({ status: 400, told: end })
    expect(await call('/v1/photos', { key: null })).toEqual({ status: 401, told: end })
    expect(await call('/v2/photos', { key: null })).toEqual({ status: 401, told: silent })
    expect(await call('/v1/photos', { key: null })).toEqual({ status: 429, told: end })
    await limited.call('GET', '/v1/usage')
    const refused = await limited.call('GET', '/v1/photos')
    expect({ status: refused.status, told: told(refused) }).toEqual({ status: 429, told: end })
    const other = await limited.call('GET', '/v2/photos')
    expect({ status: other.status, told: told(other) }).toEqual({ status: 429, told: silent })
    expect(await call('/v2/photos')).toEqual({ status: 200, told: silent })
    expect(await call('/v2/photos?nothing=1')).toEqual({ status: 400, told: silent })
    expect(await call('/v1/installations')).toEqual({ status: 200, told: silent })
    const long = await fetch(`${server.url}/site/v1/photos?x=${'x'.repeat(9000)}`)
    expect({ status: long.status, told: told(long) }).toEqual({ status: 414, told: end })
  })

  it('"a path exists only in the versions listed for its function"', async () => {
    for (const path of ['/v2/installations', '/v3/photos', '/v0/photos', '/photos', '/v1', '/v1/nothing']) {
      const { status, json } = await client.call('GET', path)
      expect({ path, status, code: json.error.code }).toEqual({ path, status: 404, code: 'not_found' })
    }
  })

  it('lists functions with versions and dates', async () => {
    const { json } = await client.call('GET', '/v1/versions')
    const photos = json.functions.find((one: { function: string }) => one.function === 'photos.list')
    const [deprecated, until] = ['2021-08-31T10:20:30Z', '2022-02-28T10:20:30Z']
    expect(photos.versions).toEqual([
      {
        version: 1,
        method: 'GET',
        path: '/site/v1/photos',
        status: 'deprecated',
        deprecated_at: deprecated,
        supported_until: until,
        successor: '/site/v2/photos',
      },
      {
        version: 2,
        method: 'GET',
        path: '/site/v2/photos',
        status: 'current',
        deprecated_at: null,
        supported_until: null,
        successor: null,
      },
    ])
  })

  it('v1 pages by number, and says local time without a zone; a page beyond the last is empty', async () => {
    const site = await addInstallation(client, { timezone: 'Australia/Brisbane' })
    const { json } = await client.call('GET', `/v1/photos?site_id=${site}&page=2&per_page=10`)
    expect(json).toEqual({ ok: true, photos: [], page: 2, per_page: 10, total: 0 })
    const field = async (query: string) => {
      const { status, json } = await client.call('GET', `/v1/photos?${query}`)
      return { status, field: json.error.field }
    }
    expect(await field('per_page=101')).toEqual({ status: 400, field: 'per_page' })
    expect(await field('page=0')).toEqual({ status: 400, field: 'page' })
    expect(await field('page=900000&per_page=100')).toEqual({ status: 400, field: 'page' })
    expect(await field('cursor=abc')).toEqual({ status: 400, field: 'cursor' })
    expect(await field(`installation_id=${site}`)).toEqual({ status: 400, field: 'installation_id' })
  })

  it('"after the date v1 gives 410 and v2 still works"', async () => {
    to('2022-02-28T10:20:29Z')
    expect((await client.call('GET', '/v1/photos')).status).toBe(200)
    to('2022-02-28T10:20:30Z')
    const gone = await client.call('GET', '/v1/photos')
    expect(gone.status).toBe(410)
    expect(told(gone)).toEqual(end)
    expect(gone.json.error).toMatchObject({
      code: 'version_ended',
      message: expect.stringContaining('Use /site/v2/photos instead.'),
    })
    const current = await client.call('GET', '/v2/photos')
    expect({ status: current.status, told: told(current) }).toEqual({ status: 200, told: silent })
    expect((await client.call('GET', '/v1/photos', { key: null })).status).toBe(401)
    const { json } = await client.call('GET', '/v1/versions')
    expect(JSON.stringify(json)).toContain('"status":"ended"')
  })
}

/** With IMAGESTEAD_SITE_DEPRECATIONS. */
export function deprecationsSuite(stack: Stack): void {
  const start = (deprecations: unknown) =>
    stack.start(
      { SITE_DEPRECATIONS: JSON.stringify(deprecations) },
      createTestClock(Date.parse('2026-03-01T00:00:00Z')),
    )

  describe('what the operator sets', () => {
    it('stands instead of what is shipped, and beside it', async () => {
      const server = await start([
        { function: 'photos.list', version: 1, deprecated_at: '2026-01-31', supported_until: '2027-01-01T12:00:00Z' },
        { function: 'installations.list', version: 1, deprecated_at: '2025-08-31', successor: '/site/v1/groups' },
        { function: 'installations.get', version: 1, deprecated_at: '2026-03-02' },
      ])
      try {
        const client = await sitesClient(server)
        const until = async (path: string) => (await client.call('GET', path)).headers.get('x-supported-until')
        expect(await until('/v1/photos')).toBe('2027-01-01T12:00:00Z')
        // Not yet.
        expect(await until('/v1/installations/in_unknown')).toBeNull()
        const ended = await client.call('GET', '/v1/installations')
        expect(ended.status).toBe(410)
        expect(ended.headers.get('x-supported-until')).toBe('2026-02-28T00:00:00Z')
        expect(ended.headers.get('link')).toBe('</site/v1/groups>; rel="successor-version"')
      } finally {
        await server.stop()
      }
    })

    it.each([
      [{ function: 'photos.lists', version: 1 }, 'photos.lists'],
      [{ function: 'photos.list', version: 7 }, 'version 7'],
      [{ function: 'photos.list', version: 1, successor: 9 }, 'version 9'],
      [{ function: 'photos.list', version: 1, deprecated_at: 'soon' }, '0.deprecated_at'],
      [{ function: 'photos.list', version: 1, ends: '2026-01-01' }, 'ends'],
      [{ function: 'photos.list', version: 1, deprecated_at: '2026-02-01', supported_until: '2026-01-01' }, 'after'],
    ])('is refused at the start where it is wrong: %o', async (entry, message) => {
      await expect(start([entry])).rejects.toThrow(new RegExp(`IMAGESTEAD_SITE_DEPRECATIONS.*${message}`))
    })
  })
}
