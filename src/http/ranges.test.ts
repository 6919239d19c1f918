import { expect, it } from 'vitest'
import { parseRange } from './ranges.ts'

const range = (header: string | undefined, ifRange?: string) => parseRange(header, ifRange, '"a"', 100)

it('reads first-last, first- and -suffix', () => {
  expect(range('bytes=0-9')).toEqual({ start: 0, end: 9 })
  expect(range('bytes=90-')).toEqual({ start: 90, end: 99 })
  expect(range('bytes=-10')).toEqual({ start: 90, end: 99 })
  expect(range('bytes=50-1000')).toEqual({ start: 50, end: 99 })
  expect(range('bytes=-1000')).toEqual({ start: 0, end: 99 })
})

it('sends the whole for what it does not understand and for another version', () => {
  for (const header of [undefined, 'bytes=0-1,5-6', 'lines=0-1', 'bytes=9-2', 'bytes=-'])
    expect(range(header)).toBeUndefined()
  expect(range('bytes=0-1', '"b"')).toBeUndefined()
  expect(range('bytes=0-1', '"a"')).toEqual({ start: 0, end: 1 })
})

it('refuses ranges outside the bytes', () => {
  expect(() => range('bytes=100-')).toThrow('outside the 100 bytes')
  expect(() => range('bytes=-0')).toThrow('outside')
})
