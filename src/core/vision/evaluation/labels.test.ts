/** The evaluation itself: its figures on answers that are known. */
import { describe, expect, it } from 'vitest'
import { calibrationOf } from './calibration.ts'
import { accuracyOf, confusionOf, figuresOf } from './confusion.ts'
import { createChance, shuffle } from './draw.ts'

describe('figures of labels', () => {
  const answers = [
    { truth: 'a', said: 'a' },
    { truth: 'a', said: 'b' },
    { truth: 'b', said: 'b' },
    { truth: 'b', said: 'none' },
  ]

  it('count who was taken for whom', () => {
    const confusion = confusionOf(answers)
    expect(confusion).toEqual({
      truths: ['a', 'b'],
      said: ['a', 'b', 'none'],
      counts: [
        [1, 1, 0],
        [0, 1, 1],
      ],
    })
    expect(accuracyOf(answers)).toBe(0.5)
    expect(figuresOf(confusion)).toEqual([
      { label: 'a', pictures: 2, recall: 0.5, precision: 1 },
      { label: 'b', pictures: 2, recall: 0.5, precision: 0.5 },
    ])
  })

  it('say how far confidences are from what is true', () => {
    const honest = [0.75, 0.75, 0.75, 0.75].map((confidence, at) => ({ confidence, right: at < 3 }))
    expect(calibrationOf(honest).ece).toBeCloseTo(0, 9)
    expect(calibrationOf(honest.map(({ right }) => ({ confidence: 1, right }))).ece).toBeCloseTo(0.25, 9)
    expect(calibrationOf([{ confidence: 1, right: true }]).bins).toHaveLength(1)
  })

  it('draw the same for the same seed', () => {
    const items = Array.from({ length: 50 }, (_, at) => at)
    const draw = (seed: number) => shuffle(items, createChance(seed))
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect(draw(3).sort((a, b) => a - b)).toEqual(items)
  })
})
