import { describe, expect, it } from 'vitest'
import { multiply, toPlanes } from './rgb.ts'

/** Pixels of every brightness, the same each time. */
function frameOf(width: number, height: number) {
  const data = Buffer.from(Array.from({ length: width * height * 3 }, (_, at) => (at * 7919 + (at >> 3) * 31) % 256))
  return { data, width, height }
}

describe('frames of a film', () => {
  it.each([
    [96, 54],
    [5, 3],
  ])('are made brighter and darker byte by byte: %i x %i', (width, height) => {
    for (const gain of [0.72, 1, 1.03, 1.4]) {
      const frame = frameOf(width, height)
      const expected = Array.from(frame.data, (value) => Math.min(255, Math.round(value * gain)))
      multiply(frame, gain)
      expect([...frame.data]).toEqual(expected)
    }
  })

  it('become planes of BT.709 in limited range, chroma of four pixels together', () => {
    const frame = frameOf(96, 54)
    const planes = Buffer.alloc((96 * 54 * 3) / 2)
    toPlanes(frame, planes)
    const pixel = (x: number, y: number) =>
      [...frame.data.subarray((y * 96 + x) * 3, (y * 96 + x) * 3 + 3)] as [number, number, number]
    const luma = ([r, g, b]: number[] | [number, number, number]) =>
      0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
    for (let y = 0; y < 54; y++) {
      for (let x = 0; x < 96; x++) {
        expect(Math.abs((planes[y * 96 + x] ?? 0) - (16 + (luma(pixel(x, y)) * 219) / 255))).toBeLessThanOrEqual(1)
      }
    }
    for (let y = 0; y < 27; y++) {
      for (let x = 0; x < 48; x++) {
        const four = [
          pixel(2 * x, 2 * y),
          pixel(2 * x + 1, 2 * y),
          pixel(2 * x, 2 * y + 1),
          pixel(2 * x + 1, 2 * y + 1),
        ]
        const mean = [0, 1, 2].map((band) => four.reduce((sum, one) => sum + (one[band] ?? 0), 0) / 4)
        const [u, v] = [planes[96 * 54 + y * 48 + x] ?? 0, planes[96 * 54 + 27 * 48 + y * 48 + x] ?? 0]
        expect(Math.abs(u - (128 + (((mean[2] ?? 0) - luma(mean)) / 1.8556) * (224 / 255)))).toBeLessThanOrEqual(1)
        expect(Math.abs(v - (128 + (((mean[0] ?? 0) - luma(mean)) / 1.5748) * (224 / 255)))).toBeLessThanOrEqual(1)
      }
    }
  })
})
