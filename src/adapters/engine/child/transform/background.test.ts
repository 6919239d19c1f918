import { expect, test } from 'vitest'
import { at, blue, paint, red, white } from './appearance.fixtures.ts'
import { makeBackground } from './background.ts'

const halves = paint(80, 40, (x) => (x < 40 ? red : blue))
const near = (pixel: number[], color: readonly number[], tolerance = 12) =>
  pixel.every((value, band) => Math.abs(value - (color[band] ?? 0)) <= tolerance)

test('one colour, with its alpha', async () => {
  const color = { red: 1, green: 2, blue: 3, alpha: 0.5 }
  const made = await makeBackground(halves, { type: 'color', color }, { width: 3, height: 2 })
  expect([...made.data]).toEqual(Array.from({ length: 6 }, () => [1, 2, 3, 128]).flat())
})

test('a blurred copy fills the whole, darker or lighter as told', async () => {
  const size = { width: 120, height: 120 }
  const blurred = await makeBackground(halves, { type: 'blurred', intensity: 30, brightness: 0 }, size)
  expect([blurred.width, blurred.height]).toEqual([120, 120])
  expect(near(at(blurred, 2, 60), red)).toBe(true)
  expect(near(at(blurred, 117, 60), blue)).toBe(true)
  const [r = 0, , b = 0] = at(blurred, 60, 60)
  expect([r > 60 && r < 190, b > 60 && b < 190]).toEqual([true, true])
  const dark = await makeBackground(halves, { type: 'blurred', intensity: 'auto', brightness: -100 }, size)
  expect(near(at(dark, 2, 60), [120, 0, 0, 255])).toBe(true)
  const exact = await makeBackground(
    halves,
    { type: 'blurred', intensity: 0, brightness: 0 },
    { width: 80, height: 40 },
  )
  expect(exact.data.equals(halves.data)).toBe(true)
})

test('the dominant colour', async () => {
  const mostly = paint(40, 40, (x) => (x < 30 ? blue : white))
  const made = await makeBackground(mostly, { type: 'dominant' }, { width: 5, height: 5 })
  expect(at(made, 4, 4)).toEqual(blue)
})

test('two dominant colours stand where the picture has them', async () => {
  const two = { type: 'gradient_dominant', colors: 2 } as const
  const wide = await makeBackground(halves, two, { width: 200, height: 40 })
  expect(at(wide, 0, 20)).toEqual(red)
  expect(at(wide, 199, 20)).toEqual(blue)
  const turned = paint(40, 80, (_, y) => (y < 40 ? red : blue))
  const tall = await makeBackground(turned, two, { width: 40, height: 200 })
  expect(at(tall, 20, 0)).toEqual(red)
  expect(at(tall, 20, 199)).toEqual(blue)
})

test('four dominant colours stand in the corners that have them', async () => {
  const green = [30, 180, 40, 255] as const
  const quarters = paint(40, 40, (x, y) => (y < 20 ? (x < 20 ? red : green) : x < 20 ? blue : white))
  const made = await makeBackground(quarters, { type: 'gradient_dominant', colors: 4 }, { width: 60, height: 60 })
  expect([at(made, 0, 0), at(made, 59, 0), at(made, 59, 59), at(made, 0, 59)]).toEqual([red, green, white, blue])
})

test('fewer colours than asked for will do', async () => {
  const plain = paint(10, 10, () => red)
  const made = await makeBackground(plain, { type: 'gradient_dominant', colors: 4 }, { width: 4, height: 4 })
  expect(at(made, 3, 3)).toEqual(red)
})
