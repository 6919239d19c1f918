import { describe, expect, it } from 'vitest'
import type { Header, Picture } from '../picture.ts'
import { estimateBytes } from './admit.ts'

const MiB = 1024 * 1024
const header: Header = {
  input: '/photo.jpg',
  format: 'jpg',
  width: 10_000,
  height: 10_000,
  orientation: 1,
  frames: 1,
  delay: [],
  loop: 0,
  alpha: false,
  deep: false,
  grey: false,
  cmyk: false,
  profile: false,
  palette: false,
  fullChroma: false,
  interlaced: false,
  size: 57 * MiB,
}
const picture = (width: number, quarters: 0 | 1 = 0): Picture => ({
  image: undefined as never,
  width,
  height: width,
  frames: 1,
  delay: [],
  loop: 0,
  alpha: false,
  turn: { flop: false, quarters },
  format: 'jpg',
  edited: true,
})
const estimate = (made: Picture) =>
  estimateBytes(made, { sources: [header], order: { operations: {}, output: { format: 'same' } } })

describe('the estimate for a 100-megapixel JPEG', () => {
  it('is near the 120 to 140 MB measured where it streams', () => {
    expect(estimate(picture(800))).toBeLessThan(160 * MiB)
    expect(estimate(picture(10_000))).toBeLessThan(250 * MiB)
  })
  it('covers the whole frame where it is turned', () => {
    expect(estimate(picture(10_000, 1))).toBeGreaterThan(500 * MiB)
  })
})
