/** Labels (scoring-api.md section 6): 23 confidences, and what the rules make of what was seen. */
import { describe, expect, it } from 'vitest'
import type { Sight } from '../processing/sight.ts'
import { labelOf } from './label.ts'
import { labels } from './labels.ts'
import { cocoNames } from './rules/coco.ts'
import type { CocoName } from './rules/see.ts'

/** A photo of a furnished or built place; `outside` has sky over it. */
function seen(classes: Partial<Record<CocoName, number>>, features: Record<string, number> = {}): Sight {
  const photo = {
    lines: 7,
    aligned: 0.5,
    cardinal: 0.3,
    upright: 0.15,
    level: 0.15,
    entropy: 7.4,
    flat: 0.3,
    strokes: 0.05,
  }
  return {
    format: 'jpg',
    width: 800,
    height: 600,
    features: { ...photo, commonColours: 0.2, brightness: 0.5, ...features },
    objects: [],
    faces: [],
    classes: cocoNames.map((name) => classes[name] ?? 0.03),
    embedding: null,
    outputs: {},
    models: [],
  }
}
const outside = { sky: 0.3, plants: 0.1 }
const said = (sight: Sight) => labelOf(sight, 0.25).label

describe('the label of a look', () => {
  it('has all 23, highest first, ties by id, to four decimals that sum to 1', () => {
    for (const sight of [seen({}), seen({ bed: 0.6 }), { ...seen({}), classes: null, features: {} }]) {
      const { labels: ranked } = labelOf(sight, 0.25)
      expect(ranked.map(({ id }) => id).sort((a, b) => a - b)).toEqual([...labels.keys()])
      expect(ranked).toEqual([...ranked].sort((a, b) => b.confidence - a.confidence || a.id - b.id))
      expect(ranked.reduce((sum, { confidence }) => sum + Math.round(confidence * 1e4), 0)).toBe(10_000)
    }
  })

  it('is unknown below the least confidence, and keeps what was computed', () => {
    const plain = labelOf(seen({ bed: 0.3 }), 0.25)
    const strict = labelOf(seen({ bed: 0.3 }), 0.9999)
    expect([plain.label, strict.label]).toEqual(['bedroom', 'unknown'])
    expect(strict.labels).toEqual(plain.labels)
  })

  it('follows what stands in a room', () => {
    expect(said(seen({ toilet: 0.6, sink: 0.5 }))).toBe('bathroom')
    expect(said(seen({ bed: 0.6, chair: 0.3 }))).toBe('bedroom')
    expect(said(seen({ oven: 0.5, microwave: 0.4, sink: 0.3, chair: 0.3 }))).toBe('kitchen')
    expect(said(seen({ couch: 0.6, tv: 0.4 }))).toBe('livingroom')
    expect(said(seen({ laptop: 0.6, keyboard: 0.5, chair: 0.4 }))).toBe('office')
  })

  it('tells houses from nature, and pools from both, under the sky', () => {
    expect(said(seen({ car: 0.2 }, outside))).toBe('facade')
    const nature = { upright: 0.01, level: 0.05, cardinal: 0.02, aligned: 0.1, lines: 1 }
    expect(said(seen({}, { ...outside, ...nature, plants: 0.5 }))).toBe('outdoors')
    expect(said(seen({}, { ...nature, sky: 0.35, waterLow: 0.8 }))).toBe('seaviews')
    expect(said(seen({}, { ...outside, upright: 0.02, turquoise: 0.4 }))).toBe('pool')
  })

  it('says unknown of animals, of drawings and of looks without a detector', () => {
    expect(said(seen({ dog: 0.8, couch: 0.15 }))).toBe('unknown')
    expect(said(seen({ bed: 0.15 }, { flat: 0.97, entropy: 4 }))).toBe('unknown')
    expect(said({ ...seen({}), classes: null, features: {} })).toBe('unknown')
  })
})
