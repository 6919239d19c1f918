/** Enlarging: sides, places, and nearer to the original than the decoder's own enlarging. */
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { enlarge, type Raster } from './lanczos.ts'

/** Rings and a slope, as large as asked; the same scene at every size. */
function scene(side: number): Raster {
  const data = Buffer.alloc(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = [(x + 0.5) / side, (y + 0.5) / side]
      const rings = Math.sin(Math.hypot(u - 0.4, v - 0.6) * 60)
      data.set([128 + 90 * rings, 255 * u, 128 + 90 * rings * v], (y * side + x) * 3)
    }
  }
  return { data, width: side, height: side, channels: 3 }
}

function psnr(one: Buffer, other: Buffer): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += ((one[at] ?? 0) - (other[at] ?? 0)) ** 2
  return 10 * Math.log10((255 * 255 * one.length) / sum)
}

it.each([2, 4])('%i times: a slope stays a slope, without a shift', (factor) => {
  const width = 16
  const data = Buffer.from(Array.from({ length: width * 4 }, (_, at) => (at % width) * 16))
  const larger = enlarge({ data, width, height: 4, channels: 1 }, factor)
  expect([larger.width, larger.height, larger.data.length]).toEqual([16 * factor, 4 * factor, 64 * factor * factor])
  for (let x = 4 * factor; x < 12 * factor; x++) {
    const exact = ((x + 0.5) / factor - 0.5) * 16
    expect(Math.abs((larger.data[x] ?? 0) - exact)).toBeLessThan(1.6)
  }
})

it('one pixel, and one row', () => {
  expect([...enlarge({ data: Buffer.from([7, 8, 9]), width: 1, height: 1, channels: 3 }, 2).data]).toEqual([
    7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9,
  ])
  expect(enlarge({ data: Buffer.alloc(5, 99), width: 5, height: 1, channels: 1 }, 4).data.every((v) => v === 99)).toBe(
    true,
  )
})

it('is nearer to the original than enlarging by the decoder', async () => {
  const [small, large] = [scene(128), scene(256)]
  const theirs = await sharp(small.data, { raw: { width: 128, height: 128, channels: 3 } })
    .resize(256, 256)
    .raw()
    .toBuffer()
  const ours = enlarge(small, 2).data
  expect(psnr(ours, large.data)).toBeGreaterThan(psnr(theirs, large.data) + 2)
})
