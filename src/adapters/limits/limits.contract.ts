/** What every LimitStore does. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type LimitPolicy, monthMs } from '../../core/limits/records.ts'
import type { Clock, LimitStore } from '../../core/ports.ts'

/**
 * @param create gives a store on this clock
 * @param windowMs length of the windows to try
 */
export function limitsContract(create: (clock: Clock) => LimitStore, windowMs: number): void {
  /** The middle of a window. */
  let now = 0
  let limits: LimitStore
  let tests = 0
  let policy: LimitPolicy
  beforeEach(() => {
    tests += 1
    now = windowMs * 1000 + windowMs / 2
    limits = create({ now: () => now })
    policy = { name: `test${tests}:${windowMs}`, windowMs, max: 3 }
    return () => limits.close()
  })

  describe(`windows of ${windowMs} ms`, () => {
    it('allow as much as the policy says, and say when more comes', async () => {
      const resetAt = windowMs * 1001
      const states = [await limits.hit('a', policy), await limits.hit('a', policy), await limits.hit('a', policy)]
      expect(states.map(({ allowed, remaining }) => ({ allowed, remaining }))).toEqual([
        { allowed: true, remaining: 2 },
        { allowed: true, remaining: 1 },
        { allowed: true, remaining: 0 },
      ])
      expect(await limits.hit('a', policy)).toEqual({ allowed: false, limit: 3, remaining: 0, resetAt })
      now = resetAt - 1
      expect((await limits.hit('a', policy)).allowed).toBe(false)
      now = resetAt
      expect(await limits.hit('a', policy)).toMatchObject({ allowed: true, remaining: 2, resetAt: resetAt + windowMs })
    })

    it('count every bucket and every policy for itself', async () => {
      await limits.hit('a', policy, 3)
      expect(await limits.hit('b', policy)).toMatchObject({ allowed: true, remaining: 2 })
      expect(await limits.hit('a', { ...policy, name: `${policy.name}x` })).toMatchObject({ allowed: true })
    })

    it('count costs; a refused hit counts nothing, and a cost of 0 only asks', async () => {
      expect(await limits.hit('a', policy, 2)).toMatchObject({ allowed: true, remaining: 1 })
      expect(await limits.hit('a', policy, 2)).toMatchObject({ allowed: false, remaining: 1 })
      expect(await limits.hit('a', policy, 0)).toMatchObject({ allowed: true, remaining: 1 })
      expect(await limits.hit('a', policy, 1)).toMatchObject({ allowed: true, remaining: 0 })
      expect(await limits.hit('b', policy, 4)).toMatchObject({ allowed: false, remaining: 3 })
    })

    it('give 20 parallel hits exactly what there is', async () => {
      const states = await Promise.all(Array.from({ length: 20 }, () => limits.hit('a', { ...policy, max: 7 })))
      expect(states.filter(({ allowed }) => allowed)).toHaveLength(7)
    })
  })
}

/**
 * What every LimitStore does with calendar months, and with windows that are counted together.
 * @param create gives a store on this clock
 */
export function monthContract(create: (clock: Clock) => LimitStore): void {
  const lastSecond = Date.UTC(2021, 4, 31, 23, 59, 59)
  const june = Date.UTC(2021, 5, 1)
  let now = 0
  let limits: LimitStore
  let tests = 0
  let minute: LimitPolicy
  let month: LimitPolicy
  beforeEach(() => {
    tests += 1
    now = lastSecond
    limits = create({ now: () => now })
    minute = { name: `minute${tests}`, windowMs: 60_000, max: 3 }
    month = { name: `month${tests}`, windowMs: monthMs, kind: 'month', max: 5 }
    return () => limits.close()
  })
  const both = (bucket = 'a') => limits.hitAll([minute, month].map((policy) => ({ bucket, policy })))
  const passed = (states: { allowed: boolean }[]) => states.every(({ allowed }) => allowed)

  describe('calendar months', () => {
    it('begin with the first of the month in UTC, and end with the next', async () => {
      for (const remaining of [4, 3, 2, 1, 0]) {
        expect(await limits.hit('a', month)).toEqual({ allowed: true, limit: 5, remaining, resetAt: june })
      }
      expect(await limits.hit('a', month)).toEqual({ allowed: false, limit: 5, remaining: 0, resetAt: june })
      now = june - 1
      expect((await limits.hit('a', month)).allowed).toBe(false)
      now = june
      const july = Date.UTC(2021, 6, 1)
      expect(await limits.hit('a', month)).toEqual({ allowed: true, limit: 5, remaining: 4, resetAt: july })
      now = Date.UTC(2024, 1, 29, 12)
      expect(await limits.hit('a', month)).toMatchObject({ remaining: 4, resetAt: Date.UTC(2024, 2, 1) })
    })
  })

  describe('a minute and a month together', () => {
    it('are both taken or none; each says whether it had room', async () => {
      now = june - 90_000
      for (const remaining of [2, 1, 0]) expect((await both())[0]).toMatchObject({ allowed: true, remaining })
      expect(await both()).toEqual([
        { allowed: false, limit: 3, remaining: 0, resetAt: june - 60_000 },
        { allowed: true, limit: 5, remaining: 2, resetAt: june },
      ])
      now = june - 60_000
      expect(passed(await both())).toBe(true)
      expect(passed(await both())).toBe(true)
      expect(await both()).toMatchObject([
        { allowed: true, remaining: 1 },
        { allowed: false, remaining: 0 },
      ])
      expect(await limits.hit('a', minute, 0)).toMatchObject({ remaining: 1 })
      now = june
      expect(passed(await both())).toBe(true)
      expect(passed(await both('b'))).toBe(true)
    })

    it('give 40 parallel hits exactly what there is', async () => {
      const states = await Promise.all(Array.from({ length: 40 }, (_, at) => both(at % 2 ? 'c' : 'd')))
      expect(states.filter(passed)).toHaveLength(6)
      expect(await limits.hit('c', month, 0)).toMatchObject({ remaining: 2 })
    })

    it('are given back in the window they were counted in, also when that is over', async () => {
      const counted = await both('e')
      await both('e')
      const back = (states: { resetAt: number }[]) =>
        limits.giveBack(
          [minute, month].map((policy, at) => ({ bucket: 'e', policy, resetAt: states[at]?.resetAt ?? 0 })),
        )
      await back(counted)
      expect(await limits.hit('e', minute, 0)).toMatchObject({ remaining: 2 })
      expect(await limits.hit('e', month, 0)).toMatchObject({ remaining: 4 })
      now = june
      await both('e')
      await back(counted)
      expect(await limits.hit('e', minute, 0)).toMatchObject({ remaining: 2 })
      expect(await limits.hit('e', month, 0)).toMatchObject({ remaining: 4 })
    })
  })
}

/**
 * What every LimitStore does with sliding windows.
 * @param create gives a store on this clock
 */
export function slidingContract(create: (clock: Clock) => LimitStore): void {
  const windowMs = 1000
  let now = 0
  let limits: LimitStore
  let tests = 0
  let policy: LimitPolicy
  beforeEach(() => {
    tests += 1
    // Not at the beginning of anything.
    now = 1_700_000_000_437
    limits = create({ now: () => now })
    policy = { name: `slide${tests}`, windowMs, max: 5, kind: 'sliding' }
    return () => limits.close()
  })
  const hit = (bucket = 'a', cost?: number) => limits.hit(bucket, policy, cost)

  describe('sliding windows', () => {
    it('admit so many in any stretch of the window, and say when one more is free', async () => {
      const start = now
      expect(await hit()).toEqual({ allowed: true, limit: 5, remaining: 4, resetAt: start })
      now = start + 600
      for (const remaining of [3, 2, 1]) expect(await hit()).toMatchObject({ allowed: true, remaining, resetAt: now })
      expect(await hit()).toEqual({ allowed: true, limit: 5, remaining: 0, resetAt: start + 1000 })
      expect(await hit()).toEqual({ allowed: false, limit: 5, remaining: 0, resetAt: start + 1000 })
      now = start + 999
      expect(await hit()).toMatchObject({ allowed: false, remaining: 0 })
      now = start + 1000
      expect(await hit()).toMatchObject({ allowed: true, remaining: 0, resetAt: start + 1600 })
      expect(await hit()).toMatchObject({ allowed: false })
      now = start + 1600
      expect(await hit()).toMatchObject({ allowed: true, remaining: 3 })
    })

    it('hold over every stretch of a busy minute', async () => {
      const admitted: number[] = []
      for (let step = 0; step < 200; step += 1) {
        now += (step * 7919) % 331
        if ((await hit()).allowed) admitted.push(now)
      }
      expect(admitted.length).toBeGreaterThan(100)
      for (const [index, time] of admitted.entries()) {
        const sixth = admitted[index + 5]
        if (sixth !== undefined) expect(sixth - time).toBeGreaterThanOrEqual(windowMs)
      }
    })

    it('count costs, all or nothing; a cost of 0 only asks', async () => {
      expect(await hit('a', 3)).toMatchObject({ allowed: true, remaining: 2 })
      expect(await hit('a', 3)).toMatchObject({ allowed: false, remaining: 2, resetAt: now })
      expect(await hit('a', 0)).toMatchObject({ allowed: true, remaining: 2 })
      expect(await hit('a', 2)).toMatchObject({ allowed: true, remaining: 0 })
      expect(await hit('b', 5)).toMatchObject({ allowed: true, remaining: 0 })
      expect(await hit('c', 6)).toMatchObject({ allowed: false, remaining: 5 })
    })

    it('count every bucket and every policy for itself', async () => {
      await hit('a', 5)
      expect(await hit('b')).toMatchObject({ allowed: true, remaining: 4 })
      expect(await limits.hit('a', { ...policy, name: `${policy.name}x` })).toMatchObject({ allowed: true })
    })

    it('give 20 parallel hits exactly what there is', async () => {
      const states = await Promise.all(Array.from({ length: 20 }, () => hit()))
      expect(states.filter(({ allowed }) => allowed)).toHaveLength(5)
    })

    it('several together are all taken or none', async () => {
      const both = (first: string, second: string) =>
        limits.hitAll([first, second].map((bucket) => ({ bucket, policy })))
      await hit('a', 4)
      expect(await both('a', 'b')).toMatchObject([
        { allowed: true, remaining: 0 },
        { allowed: true, remaining: 4 },
      ])
      expect(await both('b', 'a')).toMatchObject([
        { allowed: true, remaining: 4 },
        { allowed: false, remaining: 0 },
      ])
      expect(await hit('b', 0)).toMatchObject({ remaining: 4 })
      const states = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? both('c', 'd') : both('d', 'c'))),
      )
      expect(states.filter((pair) => pair.every(({ allowed }) => allowed))).toHaveLength(5)
    })

    it('heed a limit that was changed, and a clock that was set back', async () => {
      await hit('a', 5)
      const lower = { ...policy, max: 2 }
      expect(await limits.hit('a', lower)).toMatchObject({ allowed: false, remaining: 0, resetAt: now + 1000 })
      expect(await limits.hit('a', { ...policy, max: 6 })).toMatchObject({ allowed: true, remaining: 0 })
      now -= 3_600_000
      expect(await hit()).toMatchObject({ allowed: true, remaining: 4 })
    })
  })
}
