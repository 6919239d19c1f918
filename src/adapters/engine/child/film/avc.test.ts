import { expect, it } from 'vitest'
import { recordOf, sampleOf, unitsOf, withLevel } from './avc.ts'

const sps = Buffer.from([0x67, 0x42, 0x00, 0x1f, 0xa6])
const pps = Buffer.from([0x68, 0xce, 0x09])
const picture = Buffer.from([0x65, 0x88, 0x84])
const stream = Buffer.concat([
  Buffer.from([0, 0, 0, 1, 0x09, 0xf0, 0, 0, 0, 1]),
  sps,
  Buffer.from([0, 0, 0, 1]),
  pps,
  Buffer.from([0, 0, 1]),
  picture,
])

it('takes a byte stream apart into units, with start codes of three and four bytes', () => {
  expect(unitsOf(stream)).toEqual([Buffer.from([0x09, 0xf0]), sps, pps, picture])
})

it('keeps parameter sets apart from the picture', () => {
  const units = unitsOf(stream)
  const record = recordOf(units) ?? Buffer.alloc(0)
  expect(record.subarray(0, 6)).toEqual(Buffer.from([1, 0x42, 0, 0x1f, 0xff, 0xe1]))
  expect(record.includes(sps) && record.includes(pps)).toBe(true)
  expect(sampleOf(units)).toEqual(Buffer.concat([Buffer.from([0, 0, 0, 3]), picture]))
  expect(recordOf([picture])).toBeUndefined()
})

it.each([
  [{ width: 960, height: 540, fps: 24 }, 31],
  [{ width: 1920, height: 1080, fps: 24 }, 40],
  [{ width: 1920, height: 1080, fps: 60 }, 42],
  [{ width: 1920, height: 1920, fps: 60 }, 51],
])('says the level that %j needs', (film, level) => {
  const told = withLevel(recordOf([sps, pps]) ?? Buffer.alloc(0), film)
  expect([told[3], told[8 + 3]]).toEqual([level, level])
})
