import { describe, expect, it } from 'vitest'
import { judgeLadder, ladders, orderedPairs, overallPairs, rungsOf } from './ladder.ts'
import { parseRatings } from './ratings.ts'
import { splitOf } from './split.ts'
import { pearson, percentile, spearman } from './statistics.ts'
import { markdownTable } from './table.ts'

describe('the ladder', () => {
  it('has nine kinds of three levels, and what stands beside them', () => {
    expect(ladders.filter(({ extra }) => extra !== true)).toHaveLength(9)
    for (const ladder of ladders) expect(rungsOf(ladder, 1024, 1)).toHaveLength(4)
  })

  it('counts the pairs in the right order; equal is wrong', () => {
    expect(orderedPairs([4, 3, 2, 1])).toBe(1)
    expect(orderedPairs([1, 2, 3, 4])).toBe(0)
    expect(orderedPairs([4, 3, 3, 1])).toBeCloseTo(5 / 6)
  })

  it('gathers photos, and the nine kinds evenly whatever stands beside them', () => {
    const [blur, noise] = ladders
    const [beside] = ladders.filter(({ extra }) => extra)
    if (blur === undefined || noise === undefined || beside === undefined) throw new Error('ladders are missing')
    const scores = [
      [8, 6, 4, 2],
      [6, 7, 3, 1],
    ]
    const result = judgeLadder(blur, scores)
    expect(result).toMatchObject({ photos: 2, aboveWorst: 1, inOrder: 0.5, means: [7, 6.5, 3.5, 1.5] })
    expect(result.pairs).toBeCloseTo(11 / 12)
    const wrong = [[1, 2, 3, 4]]
    expect(
      overallPairs([judgeLadder(blur, scores), judgeLadder(noise, wrong), judgeLadder(beside, wrong)]),
    ).toBeCloseTo(11 / 24)
  })
})

describe('splits', () => {
  it('photos of one series stay together, whatever their extension', () => {
    expect(splitOf('102_bedroom.jpg')).toBe(splitOf('102_kitchen.png'))
    const names = Array.from({ length: 400 }, (_, index) => `${index}_room.jpg`)
    const tuning = names.filter((name) => splitOf(name) === 'tuning').length
    expect(tuning).toBeGreaterThan(160)
    expect(tuning).toBeLessThan(240)
  })
})

describe('statistics', () => {
  it('correlate numbers and ranks', () => {
    expect(pearson([1, 2, 3], [2, 4, 6])).toBeCloseTo(1)
    expect(pearson([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1)
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1)
    // Ties share the mean of their ranks.
    expect(spearman([1, 2, 2, 4], [1, 2, 3, 4])).toBeCloseTo(0.9487, 4)
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeNaN()
  })

  it('percentiles lie between two values in proportion', () => {
    expect(percentile([4, 1, 3, 2], 0.5)).toBe(2.5)
    expect(percentile([1, 2, 3], 0)).toBe(1)
    expect(percentile([1, 2, 3], 1)).toBe(3)
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('ratings', () => {
  it('are read from a CSV with other columns, quotes and any of three separators', () => {
    expect(parseRatings('file,mos\na.jpg,5.5\n"b, c.jpg",3\n')).toEqual([
      { file: 'a.jpg', mos: 5.5 },
      { file: 'b, c.jpg', mos: 3 },
    ])
    expect(parseRatings('\uFEFFid;MOS;File\r\n1;4;x.png\r\n')).toEqual([{ file: 'x.png', mos: 4 }])
  })

  it('a wrong line is named', () => {
    expect(() => parseRatings('name,mos\na,1')).toThrow('columns file and mos')
    expect(() => parseRatings('file,mos\na.jpg,1\nb.jpg,')).toThrow('line 3')
  })
})

it('tables are Markdown', () => {
  expect(
    markdownTable(
      ['a', 'b'],
      [
        ['x|y', 0.12345],
        ['n', 3],
      ],
    ),
  ).toBe('| a | b |\n|---|---|\n| x\\|y | 0.123 |\n| n | 3 |')
})
