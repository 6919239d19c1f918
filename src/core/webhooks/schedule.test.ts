import { expect, it } from 'vitest'
import { nextAttempt } from './schedule.ts'

const waits = [5000, 300_000]
const now = Date.UTC(2026, 2, 2, 9, 0, 0)
const after = (tries: number, random: number, retryAfter?: string) => {
  const at = nextAttempt(waits, { tries, now, retryAfter }, () => random)
  return at === undefined ? undefined : at - now
}

it('waits as the list says, a fifth more or less', () => {
  expect([after(1, 0), after(1, 0.5), after(1, 1)]).toEqual([4000, 5000, 6000])
  expect(after(2, 0.5)).toBe(300_000)
  for (let count = 0; count < 1000; count += 1) {
    const wait = (nextAttempt(waits, { tries: 1, now }) ?? 0) - now
    expect(wait).toBeGreaterThanOrEqual(4000)
    expect(wait).toBeLessThanOrEqual(6000)
  }
})

it('ends with the list', () => {
  expect(after(3, 0.5)).toBeUndefined()
  expect(nextAttempt([], { tries: 1, now })).toBeUndefined()
})

it('honours Retry-After in seconds and as a date, up to an hour, never for less', () => {
  expect(after(1, 0, '60')).toBe(60_000)
  expect(after(1, 1, '60')).toBe(72_000)
  expect(after(1, 0, 'Mon, 02 Mar 2026 09:02:00 GMT')).toBe(120_000)
  expect(after(1, 0, '999999999')).toBe(3_600_000)
  expect(after(2, 0.5, '1')).toBe(300_000)
  for (const text of ['', 'soon', '-5', '1e9', 'Mon, 02 Mar 2020 09:02:00 GMT']) expect(after(1, 0.5, text)).toBe(5000)
})
