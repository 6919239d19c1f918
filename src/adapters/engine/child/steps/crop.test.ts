import { describe, expect, it } from 'vitest'
import { clampArea, crop, storedArea } from './crop.ts'
import { contextOf, pictureOf, quadrantColours, quadrants } from './pictures.fixtures.ts'

describe('crop', () => {
  it('cuts the asked area', async () => {
    const context = await contextOf([await quadrants(40, 20).png().toBuffer()], {
      crop: { x: 10, y: 5, width: 20, height: 10 },
    })
    const picture = crop(await pictureOf(context), context)
    expect([picture.width, picture.height]).toEqual([20, 10])
    expect(await quadrantColours(picture.image, 20, 10)).toBe('red green blue white')
  })

  it('clamps an area that reaches beyond the image', () => {
    const area = clampArea({ x: 30, y: 0, width: 100, height: 1000 }, { width: 40, height: 20 })
    expect(area).toEqual({ left: 30, top: 0, width: 10, height: 20 })
  })

  it('refuses an origin outside the image and names it', () => {
    expect(() => clampArea({ x: 0, y: 20, width: 1, height: 1 }, { width: 40, height: 20 })).toThrowError(
      expect.objectContaining({ code: 'out_of_range', param: 'y', message: expect.stringContaining('40 x 20') }),
    )
  })

  it('finds the area in pixels that are still to be turned', () => {
    const corner = { left: 0, top: 0, width: 3, height: 2 }
    const upright = { width: 10, height: 6 }
    expect(storedArea(corner, upright, { flop: false, quarters: 1 })).toEqual({ left: 0, top: 7, width: 2, height: 3 })
    expect(storedArea(corner, upright, { flop: false, quarters: 2 })).toEqual({ left: 7, top: 4, width: 3, height: 2 })
    expect(storedArea(corner, upright, { flop: false, quarters: 3 })).toEqual({ left: 4, top: 0, width: 2, height: 3 })
    expect(storedArea(corner, upright, { flop: true, quarters: 0 })).toEqual({ left: 7, top: 0, width: 3, height: 2 })
  })
})
