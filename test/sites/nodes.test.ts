/** "200 parallel calls at limit 100: exactly 100 pass, on one node and on three" (site-photos-api.md conformance check 3). */
import { afterAll, describe, expect, it } from 'vitest'
import { createTestClock } from '../../src/adapters/database/test-records.ts'
import { sitesCaller, sitesClient } from '../support/sites-client.ts'
import { embedded, scaleOut, startServer, type TestServer } from '../support/stack.ts'

const stack = scaleOut()
afterAll(() => stack.stop())

/** The middle of a minute, which does not go on. */
const clock = () => createTestClock(Date.parse('2026-03-01T12:00:30Z'))

async function twoHundred(nodes: readonly TestServer[]) {
  const [first] = nodes
  if (first === undefined) throw new Error('no node')
  const client = await sitesClient(first)
  const callers = nodes.map((node) => sitesCaller(node, client.key))
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, at) => callers[at % callers.length]?.('GET', '/v1/versions')),
  )
  const of = (status: number) => answers.filter((answer) => answer?.status === status)
  const left = of(200).map((answer) => Number(answer?.headers.get('x-ratelimit-remaining-minute')))
  const months = of(200).map((answer) => Number(answer?.headers.get('x-ratelimit-remaining-month')))
  const { json } = await client.call('GET', '/v1/usage')
  return { passed: of(200).length, refused: of(429).length, left, months, usage: json }
}

const down = (from: number) => Array.from({ length: 100 }, (_, at) => from - at)
const sorted = (numbers: number[]) => numbers.toSorted((one, other) => other - one)

describe('200 parallel calls at a limit of 100', () => {
  it('one node: exactly 100 pass', async () => {
    const node = await embedded.start({ LIMITS: 'on' }, clock())
    try {
      const { passed, refused, left, months } = await twoHundred([node])
      expect({ passed, refused }).toEqual({ passed: 100, refused: 100 })
      expect(sorted(left)).toEqual(down(99))
      expect(sorted(months)).toEqual(down(49_999))
    } finally {
      await node.stop()
    }
  })

  it('three nodes on one database: exactly 100 pass', async () => {
    const settings = { ...(await stack.installation()), LIMITS: 'on' }
    const still = clock()
    const nodes = await Promise.all([0, 1, 2].map(() => startServer(settings, still, { pollsForJobs: false })))
    try {
      const { passed, refused, left, months } = await twoHundred(nodes)
      expect({ passed, refused }).toEqual({ passed: 100, refused: 100 })
      // Each place was given once.
      expect(sorted(left)).toEqual(down(99))
      expect(sorted(months)).toEqual(down(49_999))
    } finally {
      await Promise.all(nodes.map((node) => node.stop()))
    }
  })
})

describe('after a restart', () => {
  it('minute and month go on where they were, and so does the usage', async () => {
    const settings = { ...(await stack.installation()), LIMITS: 'on' }
    const still = clock()
    const before = await startServer(settings, still, { pollsForJobs: false })
    const { key, call } = await sitesClient(before, { siteMinute: 4 })
    for (let count = 0; count < 3; count += 1) await call('GET', '/v1/versions')
    await before.stop()
    const after = await startServer(settings, still, { pollsForJobs: false })
    try {
      const again = sitesCaller(after, key)
      const { json, headers } = await again('GET', '/v1/usage')
      expect(json.calls).toBe(3)
      expect(headers.get('x-ratelimit-remaining-minute')).toBe('0')
      expect(headers.get('x-ratelimit-remaining-month')).toBe(String(50_000 - 4))
      expect((await again('GET', '/v1/usage')).status).toBe(429)
    } finally {
      await after.stop()
    }
  })
})
