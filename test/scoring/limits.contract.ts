/** scoring-api.md sections 9 and 10: strict rates with their headers, and credits. The clock stands still unless it is moved. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { solid } from '../support/pictures.ts'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'
import type { Answer } from '../support/tasks-client.ts'

const sortable = { data: [{ identifier: 'a', label: 'pool', score: 1 }] }

export function limitSuite(stack: Stack): void {
  let server: TestServer
  let now = Date.now()
  let image: object

  beforeAll(async () => {
    const settings = { LIMITS: 'on', SCORING_RATE_ADDRESS: '1000', SCORING_RATE_SIGN_IN: '1000' }
    server = await stack.start(settings, { now: () => now })
    image = { 'image-base64': (await solid(32, 32, [9, 9, 9])).toString('base64'), ext: 'png' }
  })
  afterAll(() => server?.stop())

  const times = (count: number, call: () => Promise<Answer>) => Promise.all(Array.from({ length: count }, call))
  const statuses = (answers: Answer[]) => answers.map(({ status }) => status).toSorted()
  const shown = ({ headers }: Answer) =>
    ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'].map((name) => headers.get(name))
  const anotherKey = async (client: ScoringClient) => {
    const { clientKeys } = server.composed.accounts
    const [key] = await clientKeys.create(client.user, [{ name: 'Other', email: 'b@example.org' }])
    return (path: string, fields: object) =>
      client.call('POST', path, { json: { 'client-key': key?.secret, ...fields } })
  }

  it('12.5 "6 score calls at once on one key: five 200, one 429 with headers"', async ({ expect }) => {
    const client = await scoringClient(server)
    const score = () => client.post('/v2.0/score', image)
    const answers = await times(6, score)
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 429])
    const left = answers.map((answer) => shown(answer)[1]).toSorted()
    expect(left).toEqual(['0', '0', '1', '2', '3', '4'])
    const refused = answers.find(({ status }) => status === 429)
    expect(refused && shown(refused)).toEqual(['5', '0', '1', '1'])
    expect(refused?.json).toMatchObject({ code: 'rate_limited', message: 'error.http.429' })
    // "a second key is unaffected; label bucket unaffected"
    const other = await anotherKey(client)
    expect((await other('/v2.0/score', image)).status).toBe(200)
    expect((await client.post('/v2.0/label', image)).status).toBe(200)
    // "after 1 s free again"; a refused request used nothing.
    now += 999
    expect((await score()).status).toBe(429)
    now += 1
    expect(shown(await score())).toEqual(['5', '4', '0', null])
  })

  it('12.5 "sort: 11 at once -> one 429"', async ({ expect }) => {
    const client = await scoringClient(server)
    const answers = await times(11, () => client.post('/v2.0/sort', sortable))
    expect(statuses(answers)).toEqual([...Array.from({ length: 10 }, () => 200), 429])
    now += 1000
  })

  it('headers "on every answer that passed the key check": also of a picture that is refused', async ({ expect }) => {
    const client = await scoringClient(server)
    const bad = await client.post('/v2.0/score', { 'image-base64': 'AAAA', ext: 'jpg' })
    expect([bad.status, ...shown(bad)]).toEqual([415, '5', '4', '0', null])
    const unread = await client.post('/v2.0/score', {})
    expect([unread.status, ...shown(unread)]).toEqual([400, null, null, null, null])
    const unknown = await client.call('POST', '/v2.0/sort', { json: { 'client-key': 'x', ...sortable } })
    expect([unknown.status, ...shown(unknown)]).toEqual([401, null, null, null, null])
  })

  it('client-key calls: 5/s for the account together, and headers on all of them', async ({ expect }) => {
    const client = await scoringClient(server)
    const create = { json: { clients: [{ name: 'A', email: 'a@example.org' }] } }
    const bad = await client.call('POST', '/v2.0/client-key', { json: { clients: [] } })
    expect([bad.status, ...shown(bad)]).toEqual([400, '5', '5', '0', null])
    const text = await client.call('POST', '/v2.0/client-key', { body: 'x', headers: { 'content-type': 'text/plain' } })
    expect([text.status, ...shown(text)]).toEqual([415, '5', '5', '0', null])
    const made = await client.call('POST', '/v2.0/client-key', create)
    expect([made.status, ...shown(made)]).toEqual([200, '5', '4', '0', null])
    const path = `/v2.0/client-key/${made.json[0].id}`
    const none = await client.call('GET', `${path}x`)
    expect([none.status, ...shown(none)]).toEqual([404, '5', '3', '0', null])
    await client.call('PUT', path, { json: { activated: false } })
    await client.call('GET', '/v2.0/client-key')
    const last = await client.call('DELETE', path)
    expect([last.status, ...shown(last)]).toEqual([204, '5', '0', '1', null])
    const refused = await client.call('POST', '/v2.0/client-key', create)
    expect([refused.status, ...shown(refused)]).toEqual([429, '5', '0', '1', '1'])
    now += 1000
  })

  it('11 analyze and batch need "a free slot in both buckets"', async ({ expect }) => {
    const client = await scoringClient(server)
    await times(3, () => client.post('/v2.0/label', image))
    const one = await client.post('/v2.1/analyze', image)
    expect([one.status, ...shown(one)]).toEqual([200, '5', '1', '0', null])
    await client.post('/v2.0/label', image)
    expect((await client.post('/v2.1/analyze', image)).status).toBe(429)
    expect((await client.post('/v2.1/batch', { images: [image] })).status).toBe(429)
    // It took nothing of the other bucket.
    expect(shown(await client.post('/v2.0/score', image))).toEqual(['5', '3', '0', null])
    now += 1000
  })

  describe('10 credits', () => {
    it('12.6 "Balance 3 and 10 parallel score calls: exactly three 200, the rest 402"', async ({ expect }) => {
      const generous = await stack.start({ LIMITS: 'on', SCORING_RATE_SCORE: '1000', FETCH_ALLOW: '127.0.0.1' })
      try {
        const client = await scoringClient(generous, { credits: 3 })
        // "failing fetches cost nothing"
        const failing = await client.post('/v2.0/score', { 'image-url': 'http://127.0.0.1:9/a.jpg' })
        expect([failing.status, failing.headers.get('x-credits-remaining')]).toEqual([400, '3'])
        const answers = await times(10, () => client.post('/v2.0/score', image))
        expect(statuses(answers)).toEqual([200, 200, 200, 402, 402, 402, 402, 402, 402, 402])
        const spent = answers.filter(({ status }) => status === 402)
        expect(spent[0]?.json.code).toBe('credits_exhausted')
        expect(spent.map(({ headers }) => headers.get('x-credits-remaining'))).toEqual(spent.map(() => '0'))
        const paid = answers
          .filter(({ status }) => status === 200)
          .map((each) => each.headers.get('x-credits-remaining'))
        expect(paid.toSorted()).toEqual(['0', '1', '2'])
        expect((await client.post('/v2.0/sort', sortable)).status).toBe(200)
      } finally {
        await generous.stop()
      }
    })

    it('an analysis costs two; a batch pays for each picture that it looked at', async ({ expect }) => {
      const client = await scoringClient(server, { credits: 8 })
      const left = (answer: Answer) => Number(answer.headers.get('x-credits-remaining'))
      expect(left(await client.post('/v2.1/analyze', image))).toBe(6)
      const broken = { 'image-base64': 'AAAA', ext: 'jpg' }
      const batch = await client.post('/v2.1/batch', { images: [image, broken, image] })
      expect(batch.json.results.map(({ status }: { status: number }) => status)).toEqual([200, 415, 200])
      expect((await server.composed.store.read.users.find(client.user.id))?.credits).toBe(2)
      expect(left(await client.post('/v2.1/analyze', image))).toBe(0)
      const poor = await client.post('/v2.1/batch', { images: [image] })
      expect(poor.json.results).toMatchObject([{ index: 0, status: 402, code: 'credits_exhausted' }])
      expect((await client.post('/v2.1/analyze', image)).status).toBe(402)
      now += 1000
    })

    it('none are told of an account without a bound', async ({ expect }) => {
      const client = await scoringClient(server)
      expect((await client.post('/v2.0/score', image)).headers.has('x-credits-remaining')).toBe(false)
    })
  })

  it('IMAGESTEAD_LIMITS=off: no limits and no credits, "remaining = limit"', async ({ expect }) => {
    const open = await stack.start({ LIMITS: 'off' }, { now: () => now })
    try {
      const client = await scoringClient(open, { credits: 0 })
      const answers = await times(12, () => client.post('/v2.0/sort', sortable))
      expect(new Set(answers.map((answer) => [answer.status, ...shown(answer)].join()))).toEqual(
        new Set(['200,10,10,0,']),
      )
      const score = await client.post('/v2.0/score', image)
      expect([score.status, ...shown(score), score.headers.has('x-credits-remaining')]).toEqual([
        200,
        '5',
        '5',
        '0',
        null,
        false,
      ])
    } finally {
      await open.stop()
    }
  })

  it('"a per-address guard of 50/s protects parsing"', async ({ expect }) => {
    const guarded = await stack.start({ LIMITS: 'on', SCORING_RATE_ADDRESS: '3' }, { now: () => now })
    try {
      const client = await scoringClient(guarded)
      const answers = await times(4, () => client.call('POST', '/v2.0/sort', { json: {} }))
      expect(statuses(answers)).toEqual([400, 400, 400, 429])
      expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1')
    } finally {
      await guarded.stop()
    }
  })
}
