/** Estimates of work: pictures that pages show pass, bombs do not (issue of image URLs, "Safety"). */
import { describe, expect, it } from 'vitest'
import { estimateCost } from './cost.ts'
import { parseTransformation } from './parse.ts'

const portrait = { width: 740, height: 1000 }
const estimate = (text: string, source = portrait) => estimateCost(parseTransformation(text), source)
const many = (count: number, item: string, by: string) => Array(count).fill(item).join(by)

describe('what runs into the deadline is refused before any work', () => {
  it.each([
    ['thirty enlargements, sharpened', many(30, 'w-4000,e-sharpen', ':')],
    ['forty large overlays', many(40, 'l-image,i-p.jpg,w-2000,l-end', ',')],
    ['blurs over blurs', many(20, 'w-4000,bl-100', ':')],
  ])('%s', (_name, text) => {
    const began = performance.now()
    expect(() => estimate(text)).toThrow(/more work than the 1000 megapixel passes/)
    expect(performance.now() - began).toBeLessThan(50)
  })
})

describe('what pages show is not', () => {
  it.each([
    ['a thumbnail of 100 megapixels', 'w-400,h-300', { width: 10_000, height: 10_000 }],
    ['100 megapixels in another format', 'f-avif', { width: 10_000, height: 10_000 }],
    ['a large picture with effects', 'w-3840,e-sharpen,e-contrast,r-20,b-5_red:rt-45', { width: 6000, height: 4000 }],
    ['a dozen overlays', `w-1600,${many(12, 'l-image,i-p.jpg,w-100,l-end', ',')}`, { width: 4000, height: 3000 }],
  ])('%s', (_name, text, source) => {
    expect(() => estimate(text, source)).not.toThrow()
  })
})
