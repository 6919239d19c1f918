import { expect, it } from 'vitest'
import { gainOf } from './deflicker.ts'

const evened = (means: readonly number[]) => means.map((mean, at) => mean * gainOf(means, at))

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}

it('one frame that stands out is brought to its neighbours', () => {
  const means = [100, 101, 99, 100, 130, 101, 100, 99, 100]
  expect(evened(means)[4]).toBeCloseTo(100, 0)
})

it('every other frame brighter, or by chance: a tenth of the variance and less', () => {
  const alternating = Array.from({ length: 40 }, (_, at) => 110 + (at % 2 === 0 ? 14 : -14))
  const random = Array.from({ length: 40 }, (_, at) => 110 + 16 * Math.sin(at * 12.9898) * Math.cos(at * 78.233))
  for (const means of [alternating, random]) {
    expect(variance(evened(means).slice(5, -5))).toBeLessThan(variance(means.slice(5, -5)) / 8)
  }
})

it('a slow change stays as it is', () => {
  const dawn = Array.from({ length: 40 }, (_, at) => 60 + at * 2)
  for (const [at, mean] of evened(dawn).slice(5, -5).entries())
    expect(Math.abs(mean - (dawn[at + 5] ?? 0))).toBeLessThan(1)
})

it('dusk stays sudden, and nothing is made more than 1.4 times as bright', () => {
  const lamps = [...Array<number>(12).fill(120), ...Array<number>(12).fill(40)]
  expect(evened(lamps)).toEqual(lamps)
  const single = Array.from({ length: 15 }, (_, at) => (at === 7 ? 30 : 120))
  expect(gainOf(single, 7)).toBeCloseTo(1.4)
})

it('a night stays a night', () => {
  const means = Array.from({ length: 15 }, (_, at) => (at === 7 ? 9 : 90))
  expect(gainOf(means, 7)).toBe(1)
})
