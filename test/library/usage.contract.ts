/** media-library-api.md section 12: usage and its analytics. */
import { afterAll, beforeAll, it } from 'vitest'
import { countUsage } from '../../src/core/usage/daily.ts'
import { takeStorage } from '../../src/core/usage/storage.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'

const nothing = { byRequests: [], byBandwidth: [] }

export function usageSuite(stack: Stack): void {
  let server: TestServer
  let client: LibraryClient

  beforeAll(async () => {
    server = await stack.start()
    const { secretKey } = await addProject(server, 'measured')
    client = libraryClient(server, secretKey)
  })
  afterAll(() => server.stop())

  const usage = (query: string) => client.call('GET', `/v1/accounts/usage${query}`)
  const analytics = (query: string) => client.call('GET', `/v1/accounts/usage-analytics${query}`)
  const messageOf = async (answer: ReturnType<LibraryClient['call']>) => {
    const { status, json } = await answer
    return [status, json.message]
  }

  it('of a project that did nothing is zeroes', async ({ expect }) => {
    const idle = libraryClient(server, (await addProject(server, 'idle')).secretKey)
    const range = '?startDate=2026-01-01&endDate=2026-02-01'
    expect((await idle.call('GET', `/v1/accounts/usage${range}`)).json).toEqual({
      bandwidthBytes: 0,
      mediaLibraryStorageBytes: 0,
      videoProcessingUnitsCount: 0,
      extensionUnitsCount: 0,
      originalCacheStorageBytes: 0,
    })
    expect((await idle.call('GET', `/v1/accounts/usage-analytics${range}`)).json).toEqual({
      startDate: '2026-01-01',
      endDate: '2026-02-01',
      generatedAt: expect.stringMatching(/Z$/),
      requestCount: 0,
      bandwidthBytes: 0,
      browser: nothing,
      cache: { hitCount: 0, missCount: 0, errorCount: 0 },
      country: nothing,
      device: nothing,
      format: nothing,
      urlEndpoints: nothing,
      statusCodes: [],
      errorReasons: [],
      extensions: [],
      topImages: nothing,
      topImageTransforms: nothing,
      topVideos: nothing,
      topVideoTransforms: nothing,
      topOtherAssets: nothing,
      topReferrers: nothing,
      topUserAgents: nothing,
      top404Assets: [],
      videoProcessing: [],
    })
  })

  it('"end exclusive" in usage, "both inclusive" in analytics', async ({ expect }) => {
    const { store } = server.composed
    const count = (day: string, bytes: number) =>
      store.tx((tx) =>
        countUsage(tx, 'measured', Date.parse(day), [
          { group: 'total', name: '', count: 1, bytes },
          { group: 'cache', name: 'hit', count: 1, bytes: 0 },
          { group: 'format', name: 'image/webp', count: 1, bytes },
          { group: 'format', name: `image/x${bytes}`, count: 3, bytes: 1 },
          { group: 'country', name: 'DE', count: 1, bytes },
          { group: 'status', name: '200', count: 1, bytes: 0 },
          { group: 'extension', name: 'remove-bg', count: 2, bytes: 0 },
          { group: 'units', name: 'extension', count: 7, bytes: 0 },
        ]),
      )
    await count('2026-03-01T00:00:00Z', 1000)
    await count('2026-03-02T23:59:59Z', 20)
    const project = await store.read.projects.find('measured')
    if (project === undefined) throw new Error('no project')
    await store.tx((tx) => takeStorage(tx, project, 12_345))

    const oneDay = '?startDate=2026-03-01&endDate=2026-03-02'
    expect((await usage(oneDay)).json).toEqual({
      bandwidthBytes: 1000,
      mediaLibraryStorageBytes: 12_345,
      videoProcessingUnitsCount: 0,
      extensionUnitsCount: 7,
      originalCacheStorageBytes: 0,
    })
    expect((await usage('?startDate=2026-03-01&endDate=2026-03-03')).json.bandwidthBytes).toBe(1020)
    const both = (await analytics(oneDay)).json
    expect(both).toMatchObject({
      requestCount: 2,
      bandwidthBytes: 1020,
      cache: { hitCount: 2, missCount: 0, errorCount: 0 },
      statusCodes: [{ name: '200', requestCount: 2 }],
      extensions: [{ name: 'remove-bg', operationCount: 4 }],
      country: { byRequests: [{ code: 'DE', name: 'Germany', requestCount: 2, bandwidthBytes: 1020 }] },
    })
    const names = (entries: { name: string }[]) => entries.map(({ name }) => name)
    expect(names(both.format.byBandwidth)).toEqual(['image/webp', 'image/x1000', 'image/x20'])
    expect(names(both.format.byRequests)).toEqual(['image/x1000', 'image/x20', 'image/webp'])
    expect((await analytics('?startDate=2026-03-02&endDate=2026-03-02')).json.requestCount).toBe(1)
  })

  it('"start before end, within 90 days, else 400"', async ({ expect }) => {
    const range = (start: string, end: string) => `?startDate=${start}&endDate=${end}`
    for (const call of [usage, analytics]) {
      expect(await messageOf(call(''))).toEqual([400, 'startDate is missing.'])
      expect(await messageOf(call('?startDate=2026-03-01'))).toEqual([400, 'endDate is missing.'])
      for (const day of ['2026-3-1', '2026-02-30', 'today', '2026-03-01T00:00:00Z', '']) {
        expect(await messageOf(call(range(day, '2026-03-01')))).toEqual([400, 'startDate must be a day as YYYY-MM-DD.'])
      }
      expect((await call(range('2026-03-02', '2026-03-01'))).status).toBe(400)
      expect((await call(range('2025-01-01', '2026-01-01'))).status).toBe(400)
    }
    expect(await messageOf(usage(range('2026-03-01', '2026-03-01')))).toEqual([
      400,
      'startDate must be before endDate.',
    ])
    expect((await usage(range('2026-01-01', '2026-04-01'))).status).toBe(200)
    expect(await messageOf(usage(range('2026-01-01', '2026-04-02')))).toEqual([
      400,
      'endDate must be within 90 days of startDate.',
    ])
    expect((await analytics(range('2026-01-01', '2026-03-31'))).status).toBe(200)
    expect((await analytics(range('2026-01-01', '2026-04-01'))).status).toBe(400)
  })
}
