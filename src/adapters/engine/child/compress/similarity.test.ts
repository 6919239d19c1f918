import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { photograph } from '../steps/pictures.fixtures.ts'
import { type Raster, similarity, strayed, toRaster } from './similarity.ts'

const luma = (image: Sharp) => toRaster(image, false, false)
const jpeg = async (quality: number) => luma(sharp(await photograph(120, 90).jpeg({ quality }).toBuffer()))

/** SSIM by its formula, window by window. */
function plainly(one: Raster, other: Raster): number {
  const all: number[] = []
  for (let top = 0; top + 8 <= one.height; top += 4) {
    for (let left = 0; left + 8 <= one.width; left += 4) {
      const places = Array.from({ length: 64 }, (_, at) => (top + (at >> 3)) * one.width + left + (at & 7))
      const [x, y] = [places.map((at) => one.data[at] ?? 0), places.map((at) => other.data[at] ?? 0)]
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
      const [mx, my] = [mean(x), mean(y)]
      const vx = mean(x.map((value) => (value - mx) ** 2))
      const vy = mean(y.map((value) => (value - my) ** 2))
      const cov = mean(x.map((value, at) => (value - mx) * ((y[at] ?? 0) - my)))
      const [c1, c2] = [2.55 ** 2, 7.65 ** 2]
      all.push(((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2)))
    }
  }
  return all.reduce((sum, value) => sum + value, 0) / all.length
}

describe('similarity', () => {
  it('is 1 for the same picture and falls with the quality', async () => {
    const source = await luma(photograph(120, 90))
    expect(similarity(source, source)).toBeCloseTo(1, 10)
    const values = []
    for (const quality of [95, 70, 30, 5]) values.push(similarity(source, await jpeg(quality)))
    expect(values).toEqual(values.toSorted((a, b) => b - a))
    expect(values[3]).toBeLessThan(0.8)
  })

  it('is what the formula says, window by window', async () => {
    const [one, other] = [await luma(photograph(120, 90)), await jpeg(40)]
    expect(similarity(one, other)).toBeCloseTo(plainly(one, other), 8)
  })

  it('judges pictures smaller than a window, and other sides not at all', async () => {
    const dot = (shade: number): Raster => ({ data: Uint8Array.of(shade), width: 1, height: 1, bands: 1 })
    expect(similarity(dot(9), dot(9))).toBeCloseTo(1, 10)
    expect(similarity(dot(0), dot(255))).toBeLessThan(0.1)
    expect(similarity(dot(0), await jpeg(50))).toBe(0)
  })

  it('of colours is that of the worst', async () => {
    const red = await toRaster(photograph(64, 64), true, false)
    const changed = { ...red, data: Uint8Array.from(red.data, (value, at) => (at % 3 === 2 ? 255 - value : value)) }
    expect(similarity(red, changed)).toBeLessThan(0.2)
    expect(strayed(red, changed)).toBeGreaterThan(0.5)
    expect(strayed(red, red)).toBe(0)
  })
})
