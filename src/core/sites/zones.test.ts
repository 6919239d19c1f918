import { expect, it } from 'vitest'
import {
  dayBounds,
  dayIndexOf,
  dayOfIndex,
  formatLocal,
  instantOf,
  isZone,
  localAt,
  offsetAt,
  parseDay,
  weekdayOf,
} from './zones.ts'

const hourMs = 3_600_000

/** By a formatter of its own, without anything remembered. */
function plainOffset(zone: string, ms: number): number {
  const text = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).format(ms)
  const found = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text)
  if (found?.[1] === undefined) return 0
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]))
}

it.each([
  ['Australia/Sydney', '2021-04-03'],
  ['America/New_York', '2021-03-13'],
  ['America/St_Johns', '2010-11-05'],
  ['Pacific/Apia', '2011-12-28'],
  ['Asia/Kathmandu', '1985-12-30'],
  ['Australia/Lord_Howe', '2021-10-01'],
])('knows the offset at every quarter of an hour around a change in %s', (zone, from) => {
  const start = Date.parse(`${from}T00:00:00Z`)
  for (let quarter = 0; quarter < 4 * 24 * 4; quarter += 1) {
    const ms = start + quarter * 900_000
    expect(offsetAt(zone, ms), new Date(ms).toISOString()).toBe(plainOffset(zone, ms))
  }
})

it('has days of 23 and 25 hours, one that never was, and local times of both readings of an hour', () => {
  const hours = (zone: string, day: number) => {
    const { start, end } = dayBounds(zone, day)
    return (end - start) / hourMs
  }
  expect(hours('Australia/Sydney', 20210404)).toBe(25)
  expect(hours('America/New_York', 20210314)).toBe(23)
  expect(hours('Asia/Kathmandu', 20210314)).toBe(24)
  const apia = (text: string) => localAt('Pacific/Apia', Date.parse(text)).day
  expect([apia('2011-12-30T09:59:59Z'), apia('2011-12-30T10:00:00Z')]).toEqual([20111229, 20111231])
  // At one minute past midnight it was 23:01 of the day before again.
  const stJohns = ['2010-11-07T02:30:30Z', '2010-11-07T02:31:30Z'].map((text) =>
    localAt('America/St_Johns', Date.parse(text)),
  )
  expect(stJohns.map(({ day, minute }) => [day, minute])).toEqual([
    [20101107, 0],
    [20101106, 1381],
  ])
  expect(instantOf('Australia/Sydney', Date.UTC(2021, 3, 4, 2, 30))).toBe(Date.parse('2021-04-03T15:30:00Z'))
})

it('reckons with days and refuses what is none', () => {
  expect([20210531, 20210601, 20240229].map(weekdayOf)).toEqual([1, 2, 4])
  expect(dayOfIndex(dayIndexOf(20210531) + 1)).toBe(20210601)
  expect(dayOfIndex(-1)).toBe(19691231)
  expect([parseDay('2021-02-28'), parseDay('2021-02-29'), parseDay('2021-2-1')]).toEqual([
    20210228,
    undefined,
    undefined,
  ])
  expect([isZone('Europe/Berlin'), isZone('Mars/Base'), isZone('+01:00'), isZone('')]).toEqual([
    true,
    false,
    false,
    false,
  ])
})

it('knows the first century, whose years Date.UTC takes for those after 1900', () => {
  const ms = Date.parse('0050-06-01T12:00:00Z')
  expect(formatLocal(ms, offsetAt('Etc/GMT-10', ms))).toBe('0050-06-01T22:00:00+10:00')
  expect([parseDay('0050-06-01'), dayIndexOf(500601)]).toEqual([500601, Math.floor(ms / (24 * hourMs))])
})

it('asks for a million local times in a moment', () => {
  const start = Date.UTC(2012, 0, 1)
  const began = performance.now()
  for (let at = 0; at < 1_000_000; at += 1) localAt('Australia/Sydney', start + at * 300_000)
  // Some 0.5 s; without remembering it is half a minute.
  expect(performance.now() - began).toBeLessThan(15_000)
})
