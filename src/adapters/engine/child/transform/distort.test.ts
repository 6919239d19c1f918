import { describe, expect, test } from 'vitest'
import { at, blue, paint, red, run, white } from './appearance.fixtures.ts'

const halves = paint(100, 60, (x) => (x < 50 ? red : blue))
const perspective = (...corners: [number, number][]) => ({ distort: { type: 'perspective', corners } as const })

describe('perspective', () => {
  test('corners where they are change nothing', async () => {
    const same = await run(halves, perspective([0, 0], [100, 0], [100, 60], [0, 60]))
    expect(same.data.equals(halves.data)).toBe(true)
  })

  test('the middle of the picture goes where the diagonals cross', async () => {
    // A road into the distance: the cross of the diagonals lies above the middle.
    const road = await run(
      paint(100, 100, (_, y) => (y < 50 ? red : blue)),
      perspective([25, 0], [75, 0], [100, 100], [0, 100]),
    )
    expect([road.width, road.height]).toEqual([100, 100])
    expect(at(road, 50, 31).slice(0, 3)).toEqual(red.slice(0, 3))
    expect(at(road, 50, 35).slice(0, 3)).toEqual(blue.slice(0, 3))
    expect(at(road, 3, 3)[3]).toBe(0)
    expect(at(road, 3, 97)[3]).toBe(255)
  })

  test('edges are smooth and as bright as the picture', async () => {
    const tilted = await run(
      paint(60, 60, () => white),
      perspective([10, 0], [60, 10], [50, 60], [0, 50]),
    )
    const edge = [...Array(60).keys()]
      .map((x) => at(tilted, x, 30))
      .filter(([, , , alpha = 0]) => alpha > 0 && alpha < 255)
    expect(edge.length).toBeGreaterThan(0)
    for (const pixel of edge) expect(pixel.slice(0, 3)).toEqual([255, 255, 255])
  })

  test('the result is as large as the shape, wherever that lies', async () => {
    const moved = await run(halves, perspective([200, 10], [260, 10], [260, 50], [200, 50]))
    expect([moved.width, moved.height]).toEqual([60, 40])
    expect(at(moved, 20, 20)).toEqual(red)
    expect(at(moved, 40, 20)).toEqual(blue)
  })

  test('fine patterns become grey when they are made small', async () => {
    const stripes = paint(200, 200, (x) => (x % 2 === 0 ? [0, 0, 0, 255] : white))
    const small = await run(stripes, perspective([0, 0], [20, 0], [20, 20], [0, 20]))
    expect(Math.abs((at(small, 10, 10)[0] ?? 0) - 127)).toBeLessThan(12)
  })

  test('refuses dents, crossings and results without bounds', async () => {
    for (const corners of [
      [
        [0, 0],
        [100, 0],
        [20, 10],
        [0, 60],
      ],
      [
        [0, 0],
        [100, 60],
        [100, 0],
        [0, 60],
      ],
      [
        [0, 0],
        [0, 60],
        [100, 60],
        [100, 0],
      ],
      [
        [5, 5],
        [5, 5],
        [5, 5],
        [5, 5],
      ],
    ] as [number, number][][]) {
      await expect(run(halves, perspective(...corners))).rejects.toMatchObject({ code: 'invalid', param: 'tr' })
    }
    await expect(run(halves, perspective([0, 0], [60_000, 0], [60_000, 60_000], [0, 60_000]))).rejects.toMatchObject({
      code: 'out_of_range',
    })
  })
})

describe('arc', () => {
  const arc = (degrees: number) => ({ distort: { type: 'arc', degrees } as const })
  const bands = paint(120, 40, (_, y) => (y < 20 ? red : blue))

  test('bows upwards: the top outside, the ends lower than the middle', async () => {
    const bowed = await run(bands, arc(90))
    expect(at(bowed, bowed.width >> 1, 3)).toEqual(red)
    expect(at(bowed, bowed.width >> 1, 37)).toEqual(blue)
    expect(at(bowed, 1, 1)[3]).toBe(0)
    expect(at(bowed, bowed.width >> 1, bowed.height - 2)[3]).toBe(0)
    expect(bowed.height).toBeGreaterThan(50)
  })

  test('below 0 downwards', async () => {
    const sagging = await run(bands, arc(-90))
    expect(at(sagging, sagging.width >> 1, sagging.height - 4)).toEqual(blue)
    expect(at(sagging, sagging.width >> 1, 1)[3]).toBe(0)
  })

  test('a full turn is a ring without a seam', async () => {
    const ring = await run(
      paint(400, 40, () => red),
      arc(360),
    )
    expect(Math.abs(ring.width - ring.height)).toBeLessThanOrEqual(1)
    expect(at(ring, ring.width >> 1, ring.height >> 1)[3]).toBe(0)
    expect(at(ring, ring.width >> 1, ring.height - 20)).toEqual(red)
    expect((await run(bands, arc(0))).data.equals(bands.data)).toBe(true)
  })
})
