/** The rates of the Scoring API (scoring-api.md section 9 and conformance check 5), and waiting for a free place. */
import { describe, expect, it } from 'vitest'
import { createTestClock } from '../../adapters/database/test-records.ts'
import { createMemoryLimits } from '../../adapters/limits/memory.ts'
import { createRates, type RateState } from './rates.ts'

const many = <T>(count: number, call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)))
const admitted = (states: readonly RateState[]) => states.filter(({ allowed }) => allowed).length

describe('without waiting', () => {
  const clock = createTestClock()
  const rates = createRates({ limits: createMemoryLimits({ clock }), clock, limited: true, maxWaitMs: 0 })

  it('six at once on one key: five pass, one does not; other keys and other buckets are unaffected', async () => {
    const states = await many(6, () => rates.take('score:a', 5))
    expect(states.map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0, 0])
    expect(states[5]).toEqual({ allowed: false, limit: 5, remaining: 0, reset: 1, retryAt: clock.now() + 1000 })
    expect(states[4]).toMatchObject({ allowed: true, reset: 1 })
    expect(states[0]).toMatchObject({ allowed: true, reset: 0 })
    expect(await rates.take('score:b', 5)).toMatchObject({ allowed: true, remaining: 4 })
    expect(await rates.take('label:a', 5)).toMatchObject({ allowed: true, remaining: 4 })
    clock.advance(1000)
    expect(await rates.take('score:a', 5)).toMatchObject({ allowed: true, remaining: 4, reset: 0 })
  })

  it('eleven sorts at once: ten pass', async () => {
    expect(admitted(await many(11, () => rates.take('sort:a', 10)))).toBe(10)
  })

  it('two together take both or none', async () => {
    await many(5, () => rates.take('label:c', 5))
    const both = [
      { bucket: 'score:c', max: 5 },
      { bucket: 'label:c', max: 5 },
    ]
    expect((await rates.takeAll(both)).map(({ allowed }) => allowed)).toEqual([true, false])
    expect(await rates.take('score:c', 5)).toMatchObject({ remaining: 4 })
  })

  it('an address is guarded by itself', async () => {
    expect(admitted(await many(51, () => rates.guard('address:1', 50)))).toBe(50)
    expect(await rates.take('address:1', 50)).toMatchObject({ remaining: 49 })
  })

  it('switched off everything passes, with nothing used', async () => {
    const off = createRates({ limits: createMemoryLimits({ clock }), clock, limited: false, maxWaitMs: 0 })
    const states = [...(await many(9, () => off.take('score:d', 5))), ...(await many(9, () => off.guard('x', 5)))]
    for (const state of states) expect(state).toMatchObject({ allowed: true, limit: 5, remaining: 5, reset: 0 })
  })
})

describe('waiting for a free place', () => {
  /** On the real clock: waiting takes time. */
  const open = (maxWaitMs: number) => {
    const clock = { now: () => Date.now() }
    return createRates({ limits: createMemoryLimits({ clock }), clock, limited: true, maxWaitMs })
  }

  it('admits five more a second later, in the order they came, and tells the others at once', async () => {
    const rates = open(1500)
    const start = Date.now()
    const done: { index: number; after: number; allowed: boolean }[] = []
    await many(20, async (index) => {
      const { allowed } = await rates.take('score:a', 5)
      done.push({ index, after: Date.now() - start, allowed })
    })
    const passed = done.filter(({ allowed }) => allowed)
    expect(passed.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const { index, after } of passed) {
      if (index < 5) expect(after).toBeLessThan(900)
      else expect(after).toBeGreaterThanOrEqual(1000)
    }
    // Those for whom there is no place in line are not kept waiting.
    expect(done.find(({ allowed }) => !allowed)?.after).toBeLessThan(900)
  })

  it('refuses whose place is not free in time, without counting them', async () => {
    const rates = open(100)
    await many(5, () => rates.take('score:a', 5))
    const start = Date.now()
    const late = await many(2, () => rates.take('score:a', 5))
    expect(admitted(late)).toBe(0)
    for (const state of late) expect(state.retryAt).toBeGreaterThan(start)
    expect(Date.now() - start).toBeLessThan(900)
    expect(await rates.take('score:b', 5)).toMatchObject({ allowed: true })
  })

  it('ends when the caller goes away, and the next in line moves up', async () => {
    const rates = open(5000)
    await many(5, () => rates.take('score:a', 5))
    const leaving = new AbortController()
    const gone = rates.take('score:a', 5, leaving.signal)
    const next = rates.take('score:a', 5)
    leaving.abort()
    await expect(gone).rejects.toMatchObject({ code: 'cancelled' })
    expect(await next).toMatchObject({ allowed: true })
  })

  it('of two buckets at once waits for both', async () => {
    const rates = open(3000)
    await rates.take('label:a', 1)
    const start = Date.now()
    const both = [
      { bucket: 'score:a', max: 1 },
      { bucket: 'label:a', max: 1 },
    ]
    expect(admitted(await rates.takeAll(both))).toBe(2)
    expect(Date.now() - start).toBeGreaterThanOrEqual(990)
    expect(await rates.takeAll([...both].reverse())).toHaveLength(2)
  })
})
