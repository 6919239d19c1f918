/** Colours, blur and sharpness: known pixels in, known pixels out. */
import { describe, expect, test } from 'vitest'
import { at, black, blue, clear, colour, framed, paint, red, run, white } from './appearance.fixtures.ts'
import { dominantColors } from './palette.ts'

const dark = [80, 80, 80, 255] as const
const light = [180, 180, 180, 255] as const

test('grayscale weighs colours as the eye does and keeps alpha', async () => {
  const grey = await run(
    paint(2, 1, (x) => (x === 0 ? [0, 255, 0, 255] : [255, 0, 0, 100])),
    { grayscale: true },
  )
  expect(at(grey, 0, 0)).toEqual([182, 182, 182, 255])
  expect(at(grey, 1, 0)).toEqual([54, 54, 54, 100])
})

describe('contrast', () => {
  test('stretches what is there over the whole range', async () => {
    const stretched = await run(framed(20, 20, dark, light), { contrast: true })
    expect(at(stretched, 0, 0)).toEqual(black)
    expect(at(stretched, 10, 10)).toEqual(white)
  })

  test('leaves one colour and the full range alone, and asks only what is seen', async () => {
    expect(at(await run(framed(8, 8, dark, dark), { contrast: true }), 0, 0)).toEqual(dark)
    expect(at(await run(framed(8, 8, black, white), { contrast: true }), 0, 0)).toEqual(black)
    const hidden = framed(8, 8, [255, 255, 255, 0], dark)
    expect(at(await run(hidden, { contrast: true }), 4, 4)).toEqual(dark)
  })
})

describe('sharpen and usm', () => {
  test('an edge gets steeper, flat parts stay', async () => {
    const edge = paint(20, 5, (x) => (x < 10 ? dark : light))
    for (const step of [
      { sharpen: true },
      { unsharp: { radius: 2, sigma: 2, amount: 0.8, threshold: 0.02 } },
    ] as const) {
      const sharp = await run(edge, step)
      expect(at(sharp, 9, 2)[0]).toBeLessThan(70)
      expect(at(sharp, 10, 2)[0]).toBeGreaterThan(190)
      expect(at(sharp, 0, 2)).toEqual(dark)
    }
  })

  test('more is more, and a threshold spares small differences', async () => {
    const edge = paint(20, 5, (x) => (x < 10 ? dark : [100, 100, 100, 255]))
    const by = async (sharpen: number) => at(await run(edge, { sharpen }), 9, 2)[0] ?? 0
    expect(await by(20)).toBeLessThan(await by(5))
    const spared = await run(edge, { unsharp: { radius: 0, sigma: 1, amount: 5, threshold: 0.2 } })
    expect(spared.data.equals(edge.data)).toBe(true)
  })
})

describe('blur', () => {
  test('spreads colour and keeps its sum; wide blurs as well as narrow ones', async () => {
    for (const blur of [2, 12, 60]) {
      const half = await run(
        paint(200, 40, (x) => (x < 100 ? black : white)),
        { blur },
      )
      expect([half.width, half.height]).toEqual([200, 40])
      const row = Array.from({ length: 200 }, (_, x) => at(half, x, 20)[0] ?? 0)
      expect(row.reduce((sum, value) => sum + value, 0) / 200).toBeCloseTo(127.5, -1)
      // At one standard deviation beside the edge the bell has 84 % of its weight behind it; a pixel has its middle half one further.
      expect(Math.abs((row[100 + blur] ?? 0) - (blur === 2 ? 0.894 : 0.845) * 255)).toBeLessThan(14)
    }
  })

  test('what is transparent lends no colour', async () => {
    const soft = await run(framed(40, 40, [0, 255, 0, 0], red), { blur: 4 })
    const [r = 0, g = 0, , alpha = 0] = at(soft, 9, 20)
    expect(alpha).toBeGreaterThan(40)
    expect(alpha).toBeLessThan(200)
    expect(Math.abs(r - 220) + Math.abs(g - 30)).toBeLessThan(10)
  })
})

describe('colorize', () => {
  const picture = paint(3, 1, (x) => [black, [0, 0, 255, 255] as const, white][x] ?? black)

  test('shades of the colour from black to white', async () => {
    const tinted = await run(picture, { colorize: { color: colour([255, 0, 0, 255]), intensity: 100 } })
    expect(at(tinted, 0, 0)).toEqual(black)
    expect(at(tinted, 2, 0)).toEqual(white)
    const [r = 0, g, b] = at(tinted, 1, 0)
    expect(r).toBeGreaterThan(60)
    expect([g, b]).toEqual([0, 0])
  })

  test('the intensity mixes', async () => {
    const half = await run(picture, { colorize: { color: colour([128, 128, 128, 255]), intensity: 50 } })
    expect(at(half, 1, 0)).toEqual([9, 9, 137, 255])
    const none = await run(picture, { colorize: { color: colour(red), intensity: 0 } })
    expect(none.data.equals(picture.data)).toBe(true)
  })
})

describe('colour replacement', () => {
  test('exactly the colour at tolerance 0', async () => {
    const almost = paint(2, 1, (x) => (x === 0 ? red : [221, 30, 30, 255]))
    const replaced = await run(almost, { replaceColor: { from: colour(red), to: colour(blue), tolerance: 0 } })
    expect(at(replaced, 0, 0)).toEqual(blue)
    expect(at(replaced, 1, 0)).toEqual([221, 30, 30, 255])
  })

  test('shades of it become shades of the new one, other colours stay', async () => {
    const shades = paint(3, 1, (x) => [[200, 30, 30, 255] as const, red, blue][x] ?? red)
    const replaced = await run(shades, {
      replaceColor: { from: colour(red), to: colour([30, 160, 60, 255]), tolerance: 30 },
    })
    const [r = 0, g = 0, b = 0] = at(replaced, 0, 0)
    expect([r < 30, g < 160 && g > 150, b < 60]).toEqual([true, true, true])
    expect(at(replaced, 1, 0)).toEqual([30, 160, 60, 255])
    expect(at(replaced, 2, 0)).toEqual(blue)
  })

  test('without a colour it is the dominant one; a transparent one cuts it out', async () => {
    const replaced = await run(framed(40, 40, red, blue), {
      replaceColor: { to: { red: 0, green: 0, blue: 0, alpha: 0 }, tolerance: 20 },
    })
    expect(at(replaced, 0, 0)[3]).toBe(0)
    expect(at(replaced, 20, 20)).toEqual(blue)
  })
})

test('dominant colours are told apart, the most frequent first', () => {
  const noisy = paint(40, 40, (x, y) => (x < 8 ? blue : [220 - ((x * y) % 5), 30, 30, 255]))
  const [first, second, ...more] = dominantColors(noisy, 4)
  expect(first?.[0]).toBeGreaterThan(210)
  expect(second).toEqual([30, 60, 220])
  expect(more).toEqual([])
  expect(
    dominantColors(
      paint(3, 3, () => clear),
      2,
    ),
  ).toEqual([[0, 0, 0]])
})
