/** What every LimitStore does. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { LimitPolicy } from '../../core/limits/records.ts'
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
