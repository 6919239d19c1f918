/** scoring-api.md section 7: the request, its tolerances and refusals, and the answer. The order itself: core/vision/sort.test.ts. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type ScoringClient, scoringClient } from '../support/scoring-client.ts'
import type { Stack, TestServer } from '../support/stack.ts'

const item = (identifier: string, label: string, score: unknown = 1) => ({ identifier, label, score })
const data = [
  item('a', 'livingroom', 6.1),
  item('b', 'kitchen', 7.4),
  item('c', 'livingroom', 8.2),
  item('d', 'bathroom', 5),
  item('e', 'facade', 6.8),
  item('f', 'kitchen', 7.4),
  item('g', 'plan', 3),
  item('h', 'bedroom', 7.9),
]

export function sortSuite(stack: Stack): void {
  let server: TestServer
  let client: ScoringClient

  beforeAll(async () => {
    server = await stack.start()
    client = await scoringClient(server)
  })
  afterAll(() => server?.stop())

  const sort = (fields: object) => client.post('/v2.0/sort', fields)
  const order = async (fields: object) => {
    const { json } = await sort(fields)
    return json.data.map(({ identifier }: { identifier: string }) => identifier).join(' ')
  }

  it('7.3 answers positions, labels, scores and what is in the top', async ({ expect }) => {
    const { status, json, headers } = await sort({ data })
    expect(status).toBe(200)
    expect(json.id).toBe(headers.get('x-request-id'))
    expect(json.data[0]).toEqual({ position: 1, identifier: 'c', label: 'livingroom', score: 8.2, top: true })
    expect(json.data.map(({ top }: { top: boolean }) => top)).toEqual([...Array(3).fill(true), ...Array(5).fill(false)])
    expect(json.data.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('7.4 examples 1 and 4 through the wire', async ({ expect }) => {
    expect(await order({ data })).toBe('c h b a f e d g')
    const preferences = [
      { position: 2, label: 'bathroom' },
      { position: 1, label: 'plan' },
    ]
    const top = { amount: 4, blacklist: ['plan', 'bathroom', 'plan'] }
    expect(await order({ data, preferences, top })).toBe('c h b e g d a f')
  })

  it('7.1 tolerates numeric texts, an empty top, labels of any kind, identifiers that repeat', async ({ expect }) => {
    expect(await order({ data: [item('a', 'x', '6.1'), item('b', 'x', ' 7e0 ')], top: { amount: '0' } })).toBe('b a')
    const one = (await sort({ data: [item('a', 'x', '6.10')] })).json.data[0]
    expect(one.score).toBe(6.1)
    expect(await order({ data, top: {}, preferences: [] })).toBe('c h b a f e d g')
    expect(await order({ data, preferences: [{ position: '1', label: 'facade' }] })).toBe('e c h a b f d g')
    expect(await order({ data: [item('ü 🏠', 'Salón'), item('ü 🏠', 'Salón', -1e30)] })).toBe('ü 🏠 ü 🏠')
    const many = Array.from({ length: 1000 }, (_, place) => item('i'.repeat(2000), `label ${place % 7}`, place))
    expect((await sort({ data: many })).json.data).toHaveLength(1000)
  })

  describe('7.1 400 for', () => {
    const preference = (position: unknown, label = 'a') => ({ position, label })
    it.for<[string, object]>([
      ['no data', {}],
      ['empty data', { data: [] }],
      ['1,001 items', { data: Array.from({ length: 1001 }, () => item('a', 'b')) }],
      ['no identifier', { data: [{ label: 'a', score: 1 }] }],
      ['an empty identifier', { data: [item('', 'a')] }],
      ['a number as identifier', { data: [{ identifier: 1, label: 'a', score: 1 }] }],
      ['a long identifier', { data: [item('a'.repeat(2001), 'a')] }],
      ['an empty label', { data: [item('a', '')] }],
      ['a long label', { data: [item('a', 'b'.repeat(101))] }],
      ['no score', { data: [{ identifier: 'a', label: 'b' }] }],
      ['a score that is no number', { data: [item('a', 'b', 'good')] }],
      ['an empty score', { data: [item('a', 'b', '')] }],
      ['an endless score', { data: [item('a', 'b', '1e999')] }],
      ['a null score', { data: [item('a', 'b', null)] }],
      ['a further member of an item', { data: [{ ...item('a', 'b'), url: 'x' }] }],
      ['a further member', { data, sort: 'desc' }],
      ['near-duplicate, which is of 2.1', { data, 'near-duplicate': true }],
      ['preferences that are no list', { data, preferences: {} }],
      ['positions from 0', { data, preferences: [preference(0)] }],
      ['positions from 2', { data, preferences: [preference(2)] }],
      ['positions with a gap', { data, preferences: [preference(1), preference(3, 'b')] }],
      ['positions twice', { data, preferences: [preference(1), preference(1, 'b')] }],
      ['positions that are not whole', { data, preferences: [preference(1.5)] }],
      ['a label twice', { data, preferences: [preference(1), preference(2)] }],
      ['a negative amount', { data, top: { amount: -1 } }],
      ['an amount that is not whole', { data, top: { amount: 2.5 } }],
      ['a blacklist that is no list', { data, top: { blacklist: 'plan' } }],
      ['an empty label in the blacklist', { data, top: { blacklist: [''] } }],
      ['a further member of top', { data, top: { count: 3 } }],
    ])('%s', async ([_name, fields], { expect }) => {
      const { status, json } = await sort(fields)
      expect([status, json.code]).toEqual([400, 'validation_failed'])
      expect(json.fieldErrors.length).toBeGreaterThan(0)
    })
  })

  it('scoring.sort.response = "array" returns the list alone', async ({ expect }) => {
    const other = await stack.start({ SCORING_SORT_RESPONSE: 'array' })
    try {
      const one = await scoringClient(other)
      const response = await fetch(`${other.url}/v2.0/sort`, {
        method: 'POST',
        headers: { authorization: `Bearer ${one.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ 'client-key': one.key, data: [item('a', 'b', 2)] }),
      })
      expect(await response.json()).toEqual([{ position: 1, identifier: 'a', label: 'b', score: 2, top: true }])
    } finally {
      await other.stop()
    }
  })
}
