import { describe, expect, it } from 'vitest'
import { photograph } from '../steps/pictures.fixtures.ts'
import { sourceQuality } from './source-quality.ts'

describe('sourceQuality', () => {
  it.each([10, 35, 60, 75, 88, 95])('reads quality %i off the tables of our own encoder', async (quality) => {
    const file = await photograph(16, 16).jpeg({ quality, mozjpeg: true }).toBuffer()
    expect(sourceQuality(file)).toBe(quality)
  })

  it("puts the standard's tables where they quantise alike, in their order", async () => {
    const found = []
    for (const quality of [20, 50, 75, 90, 100]) {
      found.push(sourceQuality(await photograph(16, 16).jpeg({ quality }).toBuffer()) ?? 0)
    }
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(found[2]).toBeGreaterThan(70)
    expect(found[2]).toBeLessThan(90)
    expect(found[4]).toBe(100)
  })

  it('finds nothing in what has no tables', () => {
    expect(sourceQuality(Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 0]))).toBeUndefined()
    expect(sourceQuality(Buffer.alloc(0))).toBeUndefined()
  })
})
