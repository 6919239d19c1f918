import { describe, expect, it } from 'vitest'
import { onCurve } from '../processing/curve.ts'
import type { Features, Sight } from '../processing/sight.ts'
import { scoreOf } from './score.ts'

/** As of a decent photo of 1,600 pixels. */
const decent: Features = {
  longSide: 1600,
  sharpness: 9.5,
  fineness: -1.5,
  acuity: 0.2,
  noise: 0.6,
  colourNoise: 0.4,
  blockiness: 0.05,
  flatBlocks: 0.03,
  codedQuality: 90,
  brightness: 0.47,
  top: 0.96,
  range: 0.78,
  plateau: 0.004,
  colourfulness: 40,
  entropy: 7.4,
  cardinalTurn: 0.3,
  cardinality: 0.4,
}

const sight = (features: Features = {}, more: Partial<Sight> = {}): Sight => ({
  format: 'jpg',
  width: 1600,
  height: 1200,
  features: { ...decent, ...features },
  objects: [],
  faces: [],
  classes: null,
  embedding: null,
  outputs: {},
  models: [],
  ...more,
})

describe('the score', () => {
  it('is between 0 and 10 with four decimals, and so are its aspects', () => {
    for (const features of [
      {},
      { sharpness: 0, brightness: 0, top: 0, range: 0, entropy: 0 },
      { noise: 1e6, blockiness: 40 },
    ]) {
      const { score, aspects } = scoreOf(sight(features))
      for (const value of [score, ...Object.values(aspects)]) {
        if (value === null) continue
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(10)
        expect(Math.round(value * 1e4) / 1e4).toBe(value)
      }
    }
  })

  it('is the same for the same look, and of a good one high without reasons', () => {
    expect(scoreOf(sight())).toEqual(scoreOf(sight()))
    const { score, reasons } = scoreOf(sight())
    expect(score).toBeGreaterThan(6)
    expect(reasons).toEqual([])
  })

  it.each<[string, string, readonly number[]]>([
    ['blurred', 'sharpness', [9.5, 7, 5, 3, 1]],
    ['blurred', 'fineness', [-1.5, -4, -7, -10]],
    ['noisy', 'noise', [0.6, 3, 8, 20, 40]],
    ['compressed', 'blockiness', [0.05, 0.4, 0.9, 2]],
    ['compressed', 'codedQuality', [90, 40, 20, 8]],
    ['too_dark', 'brightness', [0.47, 0.3, 0.15, 0.05]],
    ['low_contrast', 'range', [0.78, 0.5, 0.3, 0.1]],
    ['clipped_highlights', 'plateau', [0.004, 0.05, 0.2, 0.5]],
    ['low_resolution', 'longSide', [4000, 1600, 800, 400, 200]],
    ['tilted', 'cardinalTurn', [0, 4, 8, 12]],
  ])('falls and says %s the worse %s is', (reason, name, values) => {
    const judged = values.map((value) => scoreOf(sight({ [name]: value })))
    for (const [at, { score }] of judged.entries()) {
      const before = judged[at - 1]
      if (before !== undefined) expect(score).toBeLessThan(before.score)
    }
    expect(judged[0]?.reasons).toEqual([])
    expect(judged[judged.length - 1]?.reasons).toContain(reason)
  })

  it('a slant counts less in a picture without straight lines, and none where lines run every way', () => {
    const slanted = (cardinality: number, cardinalTurn = 10) => scoreOf(sight({ cardinalTurn, cardinality })).score
    expect(slanted(0.4)).toBeLessThan(slanted(0.1))
    expect(slanted(0.1)).toBeLessThan(slanted(0))
    expect(slanted(0.4, 40)).toBe(scoreOf(sight({ cardinalTurn: 0 })).score)
  })

  it('a picture of nothing is worth nothing and says so', () => {
    const { score, reasons } = scoreOf(sight({ blank: 1 }))
    expect(score).toBeLessThanOrEqual(1)
    expect(reasons).toEqual(['blank'])
  })

  it('blends in an aesthetic model and the owner’s taste, and says when nobody judged beauty', () => {
    const plain = scoreOf(sight())
    expect(plain.aspects.aesthetic).toBeNull()
    const ugly = scoreOf(sight({}, { aesthetic: 2 }))
    expect(ugly.aspects).toMatchObject({ aesthetic: 2, technical: plain.aspects.technical })
    expect(ugly.score).toBeLessThan(plain.score)
    expect(scoreOf(sight(), { taste: () => 10 }).score).toBeGreaterThan(plain.score)
    expect(scoreOf(sight(), { taste: () => 0 }).score).toBeLessThan(plain.score)
    expect(scoreOf(sight(), { taste: () => null })).toEqual(plain)
  })

  it('looks from before a feature was measured are judged by the others', () => {
    const { longSide = 0, sharpness = 0, brightness = 0 } = decent
    expect(scoreOf({ ...sight(), features: { longSide, sharpness, brightness } }).score).toBeGreaterThan(5)
    expect(scoreOf({ ...sight(), features: {} }).score).toBeGreaterThan(3)
  })
})

describe('a curve', () => {
  it('goes straight from point to point and on beyond them, within 0 and 10', () => {
    const curve = [
      [0, 0],
      [0.5, 2],
      [1, 10],
    ] as const
    expect([-1, 0, 0.25, 0.5, 0.75, 1, 2].map((value) => onCurve(curve, value))).toEqual([0, 0, 1, 2, 6, 10, 10])
  })
})
