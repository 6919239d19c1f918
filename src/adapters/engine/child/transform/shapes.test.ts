/** Radius, border, opacity and background, gradient and shadow. */
import { describe, expect, test } from 'vitest'
import { at, black, blue, clear, colour, framed, paint, red, run, white } from './appearance.fixtures.ts'

const solid = (width: number, height: number, color = red) => paint(width, height, () => color)
const alphaOf = (pixels: Parameters<typeof at>[0], x: number, y: number) => at(pixels, x, y)[3] ?? -1
/** Pixels' worth of picture. */
const area = ({ data }: { data: Buffer }) =>
  data.reduce((sum, value, index) => sum + (index % 4 === 3 ? value : 0), 0) / 255

describe('radius', () => {
  test('rounds the corners with smooth edges', async () => {
    const rounded = await run(solid(60, 40), { radius: 12 })
    expect(at(rounded, 0, 0)).toEqual([...clear])
    expect(at(rounded, 30, 0)).toEqual(red)
    expect(at(rounded, 0, 20)).toEqual(red)
    expect(area(rounded)).toBeCloseTo(60 * 40 - (4 - Math.PI) * 12 * 12, -1)
    const edge = Array.from({ length: 12 }, (_, x) => alphaOf(rounded, x, 1)).filter(
      (alpha) => alpha > 0 && alpha < 255,
    )
    expect(edge.length).toBeGreaterThan(0)
  })

  test('is the same in all corners', async () => {
    const rounded = await run(solid(50, 50), { radius: 17 })
    for (const [x, y] of [
      [3, 4],
      [0, 12],
      [5, 5],
    ] as const) {
      expect(alphaOf(rounded, 49 - x, y)).toBe(alphaOf(rounded, x, y))
      expect(alphaOf(rounded, 49 - x, 49 - y)).toBe(alphaOf(rounded, x, y))
      expect(alphaOf(rounded, x, 49 - y)).toBe(alphaOf(rounded, x, y))
    }
  })

  test('max is an ellipse, and so large a radius fits', async () => {
    const ellipse = await run(solid(80, 40), { radius: 'max' })
    expect(area(ellipse)).toBeCloseTo((Math.PI * 80 * 40) / 4, -1.5)
    expect(alphaOf(ellipse, 40, 0)).toBeGreaterThan(200)
    const stadium = await run(solid(80, 40), { radius: 500 })
    expect(area(stadium)).toBeCloseTo(40 * 40 + Math.PI * 400, -1.5)
  })

  test('four corners clockwise from the top left', async () => {
    const rounded = await run(solid(60, 60), { radius: [0, 10, 20, 30] })
    expect([
      alphaOf(rounded, 0, 0),
      alphaOf(rounded, 59, 0),
      alphaOf(rounded, 59, 59),
      alphaOf(rounded, 0, 59),
    ]).toEqual([255, 0, 0, 0])
    expect(alphaOf(rounded, 55, 4)).toBe(255)
    expect(alphaOf(rounded, 55, 55)).toBeLessThan(255)
    expect(alphaOf(rounded, 8, 51)).toBeLessThan(alphaOf(rounded, 51, 51) + 1)
  })
})

describe('border', () => {
  test('lies outside the picture', async () => {
    const bordered = await run(solid(20, 10), { border: { width: 3, color: colour(blue) } })
    expect([bordered.width, bordered.height]).toEqual([26, 16])
    expect(at(bordered, 2, 2)).toEqual(blue)
    expect(at(bordered, 3, 3)).toEqual(red)
    expect(at(bordered, 22, 12)).toEqual(red)
    expect(at(bordered, 23, 12)).toEqual(blue)
  })

  test('follows rounded corners without a gap', async () => {
    const bordered = await run(solid(60, 60), { radius: 20, border: { width: 6, color: colour(red) } })
    expect(alphaOf(bordered, 0, 0)).toBe(0)
    expect(area(bordered)).toBeCloseTo(72 * 72 - (4 - Math.PI) * 26 * 26, -1)
    // On the diagonal nothing shows through once the border has begun.
    const diagonal = Array.from({ length: 36 }, (_, x) => alphaOf(bordered, x, x))
    const start = diagonal.findIndex((alpha) => alpha > 0) + 1
    expect(diagonal.slice(start + 1).every((alpha) => alpha >= 253)).toBe(true)
    expect(at(bordered, 36, 36)).toEqual(red)
  })

  test('shows through where its colour does, and leaves a transparent picture transparent', async () => {
    const bordered = await run(framed(20, 20, clear, red), { border: { width: 4, color: colour([0, 0, 255, 128]) } })
    expect(at(bordered, 1, 1)).toEqual([0, 0, 255, 128])
    expect(alphaOf(bordered, 5, 5)).toBe(0)
  })

  test('a width can be worked out', async () => {
    const width = { operator: 'mul', left: { variable: 'ih' }, right: 0.1 } as const
    expect((await run(solid(50, 40), { border: { width, color: colour(blue) } })).width).toBe(58)
  })

  test('refuses what cannot be', async () => {
    const negative = { operator: 'sub', left: 1, right: 5 } as const
    const color = colour(blue)
    await expect(run(solid(5, 5), { border: { width: negative, color } })).rejects.toMatchObject({
      code: 'invalid',
      param: 'tr',
      message: expect.stringContaining('"b"'),
    })
    await expect(run(solid(5, 5), { border: { width: 1e6, color } })).rejects.toMatchObject({ code: 'out_of_range' })
  })
})

describe('opacity and background', () => {
  test('opacity alone makes the picture sheer', async () => {
    expect(at(await run(solid(2, 2), { opacity: 40 }), 0, 0)).toEqual([220, 30, 30, 102])
  })

  test('with a background its colour is blended in and the result is opaque', async () => {
    const blended = await run(solid(2, 2, black), { opacity: 50, background: { type: 'color', color: colour(white) } })
    expect(at(blended, 0, 0)).toEqual([127, 127, 127, 255])
  })

  test('fills what is transparent, rounded corners too', async () => {
    const background = { type: 'color', color: colour(blue) } as const
    expect(at(await run(framed(8, 8, clear, red), { background }), 0, 0)).toEqual(blue)
    expect(at(await run(solid(20, 20), { background, radius: 8 }), 0, 0)).toEqual(blue)
  })

  test('a sheer colour is laid on once, in padding too', async () => {
    const background = { type: 'color', color: { ...colour(blue), alpha: 0.5 } } as const
    expect(at(await run(framed(8, 8, clear, red), { background }), 0, 0)).toEqual([30, 60, 220, 128])
    const padded = await run(solid(10, 10), { background, mode: 'pad_resize', width: 20, height: 10 })
    expect(at(padded, 0, 0)).toEqual([30, 60, 220, 128])
  })
})

describe('gradient', () => {
  const over = (color: typeof red, stop = 1, direction = 180) => ({
    gradient: { direction, from: colour(color), to: colour([0, 0, 0, 0]), stop },
  })

  test('runs the way it is told, from its first colour', async () => {
    const ends = {
      0: [10, 19, 10, 0],
      90: [0, 10, 19, 10],
      180: [10, 0, 10, 19],
      270: [19, 10, 0, 10],
    } as const
    for (const [direction, [x, y, endX, endY]] of Object.entries(ends)) {
      const drawn = await run(solid(20, 20, black), over(white, 1, Number(direction)))
      expect(at(drawn, x, y)[0]).toBeGreaterThan(240)
      expect(at(drawn, endX, endY)[0]).toBeLessThan(15)
    }
  })

  test('white fading out never turns grey', async () => {
    const drawn = await run(
      paint(1, 100, () => clear),
      over(white),
    )
    for (const y of [5, 50, 90]) expect(at(drawn, 0, y).slice(0, 3)).toEqual([255, 255, 255])
    expect(alphaOf(drawn, 0, 50)).toBeCloseTo(127, -1)
  })

  test('stops at a share of the way, or after pixels', async () => {
    for (const stop of [0.25, 25]) {
      const drawn = await run(solid(2, 100, black), over(white, stop))
      expect(at(drawn, 0, 12)[0]).toBeCloseTo(127, -1.2)
      expect(at(drawn, 0, 25)).toEqual(black)
    }
  })
})

describe('shadow', () => {
  const shadow = { blur: 0, saturation: 50, x: 10, y: 20 }

  test('lies under the picture, as far off as its percents say', async () => {
    const cast = await run(framed(40, 40, clear, red), { shadow })
    expect(at(cast, 20, 20)).toEqual(red)
    expect(at(cast, 32, 30)).toEqual([0, 0, 0, 128])
    expect(alphaOf(cast, 12, 9)).toBe(0)
    expect([cast.width, cast.height]).toEqual([40, 40])
  })

  test('is soft, and needs something to shine through', async () => {
    const soft = await run(framed(40, 40, clear, red), { shadow: { ...shadow, blur: 3, x: 0, y: 0 } })
    expect(alphaOf(soft, 9, 20)).toBeGreaterThan(20)
    expect(alphaOf(soft, 9, 20)).toBeLessThan(90)
    const opaque = solid(10, 10)
    expect((await run(opaque, { shadow })).data.equals(opaque.data)).toBe(true)
  })

  test('is refused over two megapixels', async () => {
    const large = { data: Buffer.alloc(0), width: 2000, height: 1001 }
    await expect(run(large, { shadow })).rejects.toMatchObject({
      code: 'out_of_range',
      param: 'tr',
      message: expect.stringContaining('e-shadow'),
    })
  })
})
