import { expect, it } from 'vitest'
import { parseEvery } from './every.ts'

it('reads spans and times of the day', () => {
  expect(['15m', '1h', '24h', '1440m', '1d', '7d', '1d@12:00', '1d@00:05'].map(parseEvery)).toEqual([
    { minutes: 15 },
    { minutes: 60 },
    { days: 1 },
    { days: 1 },
    { days: 1 },
    { days: 7 },
    { at: 720 },
    { at: 5 },
  ])
})

it.each(['', '0m', '15', 'm', '25h', '1441m', '367d', '2d@12:00', '1h@12:00', '1d@24:00', '1w', '-1d', '1d@12'])(
  'refuses "%s"',
  (text) => {
    expect(parseEvery(text)).toBeUndefined()
  },
)
