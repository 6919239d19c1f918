/** media-library-api.md section 12, usage: what image URLs deliver is counted, also what is answered before any lookup. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { type LibraryClient, libraryClient } from '../support/library-client.ts'
import { solid } from '../support/pictures.ts'
import type { Stack, TestServer } from '../support/stack.ts'

export function usageSuite(stack: Stack): void {
  let server: TestServer
  let client: DeliveryClient
  let library: LibraryClient

  beforeAll(async () => {
    server = await stack.start({}, { now: () => Date.UTC(2026, 4, 5, 12) })
    client = deliveryClient(server)
    library = libraryClient(server)
  })
  afterAll(() => server.stop())

  test('bytes and requests of the day, by cache, status and format', async () => {
    await client.upload('counted.png', await solid(60, 40, [200, 30, 30]))
    const first = await client.get('counted.png?tr=w-20,f-png')
    // The second may be given as it is, before anything is looked up.
    const again = [await client.get('counted.png?tr=w-20,f-png'), await client.get('counted.png?tr=w-20,f-png')]
    await client.get('counted.png?tr=w-20,f-png', { 'if-none-match': first.headers.etag ?? '' })
    await client.get('counted.png?tr=w-20,f-png', {}, 'HEAD')
    const missing = await client.get('missing.png')
    expect([first, ...again, missing].map(({ status }) => status)).toEqual([200, 200, 200, 404])
    const bytes = 3 * first.bytes.length + missing.bytes.length

    const day = '?startDate=2026-05-05'
    await expect
      .poll(async () => {
        await server.composed.deliveryUsage.flush()
        return (await library.call('GET', `/v1/accounts/usage-analytics${day}&endDate=2026-05-05`)).json
      })
      .toMatchObject({
        requestCount: 6,
        bandwidthBytes: bytes,
        cache: { hitCount: 4, missCount: 1, errorCount: 1 },
        format: { byRequests: [{ name: 'image/png', requestCount: 4, bandwidthBytes: 3 * first.bytes.length }] },
        statusCodes: [
          { name: '200', requestCount: 4 },
          { name: '304', requestCount: 1 },
          { name: '404', requestCount: 1 },
        ],
      })
    const usage = await library.call('GET', `/v1/accounts/usage${day}&endDate=2026-05-06`)
    expect(usage.json).toMatchObject({ bandwidthBytes: bytes })
  })
}
