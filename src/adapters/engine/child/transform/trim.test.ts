import { expect, test } from 'vitest'
import { aroundOf, at, black, blue, clear, framed, paint, red, run, white } from './appearance.fixtures.ts'
import { runParts } from './run-parts.ts'

test('cuts edges of one colour', async () => {
  const { width, height, data } = await run(framed(40, 20, white, red), { trim: true })
  expect([width, height]).toEqual([20, 10])
  expect(data.equals(framed(20, 10, red, red).data)).toBe(true)
})

test('cuts transparent edges, whatever colour hides in them', async () => {
  const picture = paint(20, 20, (x, y) => (x >= 5 && x < 9 && y >= 3 && y < 15 ? blue : [x * 10, y * 10, 90, 0]))
  const { width, height } = await run(picture, { trim: true })
  expect([width, height]).toEqual([4, 12])
})

test('black on nothing is content', async () => {
  const { width, height } = await run(framed(16, 16, clear, black), { trim: true })
  expect([width, height]).toEqual([8, 8])
})

test('each side is cut as far as it goes', async () => {
  const dots = [
    [3, 7],
    [11, 2],
    [6, 17],
  ]
  const picture = paint(20, 20, (x, y) => (dots.some(([dx, dy]) => dx === x && dy === y) ? red : white))
  const trimmed = await run(picture, { trim: true })
  expect([trimmed.width, trimmed.height]).toEqual([9, 16])
  expect(at(trimmed, 8, 0)).toEqual(red)
})

test('the threshold says what is alike', async () => {
  const nearly = framed(16, 16, white, [225, 225, 225, 255])
  expect((await run(nearly, { trim: 5 })).width).toBe(8)
  expect((await run(nearly, { trim: 20 })).width).toBe(16)
})

test('a wholly solid picture stays, and so does one with trim off', async () => {
  expect(
    (
      await run(
        paint(9, 9, () => red),
        { trim: true },
      )
    ).width,
  ).toBe(9)
  expect((await run(framed(16, 16, white, red), { trim: false })).width).toBe(16)
})

test('frames of an animation are cut alike', async () => {
  const step = { type: 'step', trim: true } as const
  const picture = framed(16, 16, white, red)
  const around = aroundOf(picture)
  const first = await runParts(picture, [step], around)
  const second = await runParts(
    paint(16, 16, (x) => (x < 2 ? white : blue)),
    [step],
    around,
  )
  expect([second.width, second.height]).toEqual([first.width, first.height])
})
