import { describe, expect, it } from 'vitest'
import { contextOf, pictureOf, quadrantColours, quadrants } from './pictures.fixtures.ts'
import { resize, resizedSides } from './resize.ts'

const from = { width: 400, height: 300 }
const base = { keepRatio: true, enlarge: true }

describe('resize', () => {
  it.each([
    ['fits inside a box, bound by its width', { ...base, width: 200, height: 290 }, [200, 150]],
    ['fits inside a box, bound by its height', { ...base, width: 390, height: 30 }, [40, 30]],
    ['follows the ratio from one side', { ...base, height: 600 }, [800, 600]],
    ['leaves the other side when the ratio is not kept', { keepRatio: false, enlarge: true, width: 50 }, [50, 300]],
    [
      'takes both sides when the ratio is not kept',
      { keepRatio: false, enlarge: true, width: 50, height: 500 },
      [50, 500],
    ],
    ['never enlarges unless asked', { keepRatio: true, enlarge: false, width: 800 }, [400, 300]],
    ['bounds each side alone without ratio', { keepRatio: false, enlarge: false, width: 800, height: 20 }, [400, 20]],
    ['scales by percent', { ...base, percentage: 50 }, [200, 150]],
    [
      'keeps the size for more than 100 percent without enlarging',
      { keepRatio: true, enlarge: false, percentage: 300 },
      [400, 300],
    ],
    ['rounds sides', { ...base, width: 33 }, [33, 25]],
    ['has sides of at least a pixel', { ...base, width: 1, height: 1 }, [1, 1]],
  ] as const)('%s', (_, asked, [width, height]) => {
    expect(resizedSides(asked, from)).toEqual({ width, height })
  })

  it('scales the pixels', async () => {
    const context = await contextOf([await quadrants(400, 200).jpeg().toBuffer()], { resize: { ...base, width: 40 } })
    const picture = resize(await pictureOf(context), context)
    expect([picture.width, picture.height]).toEqual([40, 20])
    expect(await quadrantColours(picture.image, 40, 20)).toBe('red green blue white')
  })

  it('refuses a result beyond the limits of the server or of the format', async () => {
    const file = await quadrants(400, 200).png().toBuffer()
    const server = await contextOf([file], { resize: { ...base, width: 60_000 } })
    const picture = await pictureOf(server)
    expect(() => resize(picture, server)).toThrowError(expect.objectContaining({ code: 'out_of_range' }))
    const webp = await contextOf([file], { resize: { ...base, width: 16_384, keepRatio: false } }, { format: 'webp' })
    const other = await pictureOf(webp)
    expect(() => resize(other, webp)).toThrowError(/webp ends at 16,383/)
  })
})
