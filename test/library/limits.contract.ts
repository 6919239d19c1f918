/** media-library-api.md section 3.1: rate limits per project and endpoint, and the headers that tell them. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { libraryClient } from '../support/library-client.ts'
import { quarters } from '../support/pictures.ts'
import { addProject, type Stack, type TestServer } from '../support/stack.ts'
import { send } from '../support/wire.ts'

const unknown = `/v1/files/${'a'.repeat(24)}/details`

export function limitSuite(stack: Stack): void {
  // One after the other: they share a clock.
  describe.sequential('with limits', () => {
    let server: TestServer
    /** Stands still: no window ends during a test. */
    const start = 1_800_000_000_000
    let now = start

    beforeAll(async () => {
      server = await stack.start(
        {
          LIMITS: 'on',
          LIBRARY_READS_PER_SECOND: '3',
          LIBRARY_READS_PER_MINUTE: '5',
          LIBRARY_PURGES_PER_MONTH: '2',
        },
        { now: () => now },
      )
    })
    afterAll(() => server.stop())

    const project = async (id: string) => libraryClient(server, (await addProject(server, id)).secretKey)
    const rate = (headers: Headers) =>
      ['limit', 'reset', 'interval'].map((name) => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN))

    it('"the headers show the one nearest to spent", 429 "has only message", and waiting helps', async ({ expect }) => {
      const client = await project('spends')
      const answers = [await client.call('GET', unknown), await client.call('GET', unknown)]
      answers.push(await client.call('GET', unknown))
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
      for (const { headers } of answers) expect(rate(headers)).toEqual([3, 1000, 1000])
      const refused = await client.call('GET', unknown)
      expect(refused.status).toBe(429)
      expect(refused.json).toEqual({ message: expect.stringContaining('more than 3 requests') })
      expect(rate(refused.headers)).toEqual([3, 1000, 1000])
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(refused.headers.get('retry-after-ms')).toMatch(/^\d+$/)
      now += 1000
      expect((await client.call('GET', unknown)).status).toBe(404)
      expect(rate((await client.call('GET', unknown)).headers)).toEqual([5, 59_000, 60_000])
      const minute = await client.call('GET', unknown)
      expect(minute.status).toBe(429)
      expect(rate(minute.headers)).toEqual([5, 59_000, 60_000])
    })

    it('"per account and per endpoint": another project is not affected', async ({ expect }) => {
      const [first, second] = [await project('one'), await project('two')]
      for (let call = 0; call < 3; call += 1) await first.call('GET', unknown)
      expect((await first.call('GET', unknown)).status).toBe(429)
      expect((await second.call('GET', unknown)).status).toBe(404)
    })

    it('"purge 1,000 per month": refused ones are not counted, 429 says when the next month begins', async ({
      expect,
    }) => {
      const client = await project('purging')
      const purge = (url: string) => client.call('POST', '/v1/files/purge', { json: { url } })
      const valid = `${server.url}/purging/a.jpg`
      const statuses = []
      for (const url of ['nonsense', valid, 'nonsense', valid]) statuses.push((await purge(url)).status)
      expect(statuses).toEqual([400, 201, 400, 201])
      const { status, headers, json } = await purge(valid)
      expect([status, json]).toEqual([429, { message: expect.stringContaining('All 2 purges of this month') }])
      const [limit, reset = 0, interval] = rate(headers)
      expect([limit, interval]).toEqual([2, 30 * 86_400_000])
      expect(headers.get('retry-after-ms')).toBe(String(reset))
      expect(headers.get('retry-after')).toBe(String(Math.ceil(reset / 1000)))
      expect((await purge('nonsense')).status).toBe(400)
      now += reset
      expect((await purge(valid)).status).toBe(201)
    })

    it('"the upload endpoints are not limited"', async ({ expect }) => {
      const client = await project('uploads')
      const file = await quarters(8, 8)
      const answers = await Promise.all(
        Array.from({ length: 25 }, (_, number) => client.upload({ file, fileName: `${number}.png` })),
      )
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      expect(answers[0]?.headers.has('x-ratelimit-limit')).toBe(false)
    })

    it('"every management answer": also the one to a request without a key', async ({ expect }) => {
      const { headers } = await send(`${server.url}${unknown}`, 'GET', {})
      expect(headers).toMatchObject({
        'x-ratelimit-limit': '3',
        'x-ratelimit-reset': '0',
        'x-ratelimit-interval': '1000',
      })
    })
  })

  it('"IMAGESTEAD_LIMITS=off: no limits, headers stay (X-RateLimit-Reset 0)"', async ({ expect }) => {
    const server = await stack.start({ LIMITS: 'off', LIBRARY_READS_PER_SECOND: '3' })
    try {
      const client = libraryClient(server)
      for (let call = 0; call < 10; call += 1) {
        const { status, headers } = await client.call('GET', unknown)
        expect(status).toBe(404)
        expect(headers.get('x-ratelimit-limit')).toBe('3')
        expect(headers.get('x-ratelimit-reset')).toBe('0')
        expect(headers.get('x-ratelimit-interval')).toBe('1000')
      }
    } finally {
      await server.stop()
    }
  })
}
