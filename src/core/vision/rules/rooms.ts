/** Rooms, by what stands in them. */
import { lift, type Rule, ramp } from './rule.ts'
import type { See } from './see.ts'

/** Sum of the lifts, each by its weight. */
const of = (see: See, weights: Partial<Record<Parameters<See>[0], number>>) =>
  Object.entries(weights).reduce((sum, [name, weight]) => sum + weight * lift(see(name as Parameters<See>[0])), 0)

const kitchenware = (see: See) =>
  of(see, { oven: 1.2, microwave: 1.2, refrigerator: 1, toaster: 0.4, bowl: 0.25, knife: 0.25, spoon: 0.2 })
const bathware = (see: See) => of(see, { toilet: 1.5, toothbrush: 1, sink: 0.9, 'hair drier': 0.3 })
const places = (see: See) => Math.min(lift(see('dining table')), lift(see('chair')))

export const rooms: readonly Rule[] = [
  {
    label: 'bathroom',
    evidence: (see, { outside, foreign, drawn }) =>
      bathware(see) -
      0.5 * kitchenware(see) -
      of(see, { bed: 1, couch: 0.5, chair: 0.3 }) -
      3 * outside -
      4 * foreign -
      4 * drawn,
  },
  {
    label: 'bedroom',
    evidence: (see, { outside, foreign, drawn }) =>
      of(see, { bed: 2.2, couch: 0.5, tv: 0.2, chair: 0.2 }) -
      0.4 * kitchenware(see) -
      0.5 * bathware(see) -
      3 * outside -
      4 * foreign -
      4 * drawn,
  },
  {
    label: 'kitchen',
    evidence: (see, { outside, foreign, drawn }) =>
      kitchenware(see) +
      of(see, { sink: 0.4, 'dining table': 0.2, bottle: 0.1 }) -
      of(see, { toilet: 1.2, toothbrush: 0.8, bed: 1.2 }) -
      3 * outside -
      4 * foreign -
      4 * drawn,
  },
  {
    label: 'livingroom',
    evidence: (see, { outside, foreign, drawn }) =>
      of(see, { couch: 1.3, tv: 0.5, chair: 0.2, remote: 0.3 }) +
      0.4 * places(see) -
      0.6 * kitchenware(see) -
      0.7 * bathware(see) -
      of(see, { bed: 2 }) -
      3 * outside -
      4 * foreign -
      4 * drawn,
  },
  {
    label: 'office',
    evidence: (see, { outside, foreign, drawn }) =>
      of(see, { laptop: 1, keyboard: 1, mouse: 0.8, book: 0.3, tv: 0.2, chair: 0.2 }) -
      0.8 * kitchenware(see) -
      bathware(see) -
      of(see, { bed: 1.5, couch: 0.6 }) -
      3 * outside -
      4 * foreign -
      4 * drawn,
  },
  {
    // Many places to sit and to eat at.
    label: 'business',
    evidence: (see, { outside, foreign, drawn }) =>
      1.5 * ramp(see.count('chair', 0.3), 5, 10) +
      1.5 * ramp(see.count('dining table', 0.3), 1, 4) +
      2 * ramp(see.count('bottle', 0.3), 8, 20) +
      of(see, { 'wine glass': 0.2 }) -
      of(see, { bed: 1.5, toilet: 1, couch: 0.3 }) -
      outside -
      3 * foreign -
      4 * drawn -
      0.5,
  },
  {
    label: 'storage',
    evidence: (see, { outside, foreign, drawn }) =>
      1.5 * ramp(see.count('bottle', 0.25), 5, 15) +
      ramp(see.count('book', 0.25), 6, 16) +
      of(see, { suitcase: 0.6, backpack: 0.3 }) -
      of(see, { bed: 1.5, toilet: 1, couch: 1, chair: 0.4 }) -
      2 * outside -
      3 * foreign -
      4 * drawn -
      0.5,
  },
  {
    // Inside, lines of walls and a ceiling, and nothing in it.
    label: 'emptyroom',
    evidence: (see, { outside, furnished, built, foreign, drawn }) =>
      2.2 * built * ramp(see.feature('flat'), 0.25, 0.5) * (1 - furnished) -
      3 * outside -
      4 * foreign -
      4 * drawn -
      of(see, { person: 0.5, 'potted plant': 0.4, vase: 0.4, cup: 0.4, bottle: 0.4 }),
  },
]
