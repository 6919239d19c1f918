/** Outside of rooms: by sky, plants, water, lines and what stands there. */
import { lift, type Rule, ramp } from './rule.ts'

export const outdoors: readonly Rule[] = [
  {
    label: 'facade',
    evidence: (see, { outside, built, furnished, foreign, drawn }) =>
      5.5 * outside * built * ramp(see.feature('strokes'), 0.013, 0.022) +
      0.3 * Math.max(lift(see('car')), lift(see('truck')), lift(see('bench'))) -
      3 * furnished -
      5 * foreign -
      4 * drawn,
  },
  {
    label: 'outdoors',
    evidence: (see, { outside, built, furnished, foreign, drawn }) =>
      3.5 * outside * (1 - built) +
      1.5 * ramp(see.feature('plants'), 0.3, 0.7) -
      2 * furnished -
      1.5 * foreign -
      2 * drawn,
  },
  {
    label: 'seaviews',
    evidence: (see, { furnished, built, drawn }) =>
      5 * ramp(see.feature('waterLow'), 0.3, 0.7) * ramp(see.feature('sky'), 0.1, 0.3) +
      0.5 * Math.max(lift(see('boat')), lift(see('surfboard'))) -
      2 * furnished -
      3 * built -
      2 * drawn,
  },
  {
    label: 'pool',
    evidence: (see, { furnished, outside, drawn }) =>
      4.5 * ramp(see.feature('turquoise'), 0.14, 0.3) * outside * ramp(see.feature('aligned'), 0.2, 0.35) -
      furnished -
      4 * drawn,
  },
  {
    label: 'terrace',
    evidence: (see, { outside, foreign }) =>
      outside *
        (1.2 * Math.min(lift(see('chair')), lift(see('dining table')) + 0.5 * lift(see('bench'))) +
          0.5 * lift(see('umbrella')) +
          0.3 * lift(see('potted plant'))) -
      3 * foreign,
  },
  {
    label: 'parking',
    evidence: (see) =>
      1.5 * ramp(see.count('car', 0.3), 1, 4) + 2 * ramp(see.area('car'), 0.15, 0.4) + 0.4 * lift(see('parking meter')),
  },
  {
    label: 'leisure',
    evidence: (see, { furnished }) =>
      0.8 *
        Math.max(lift(see('sports ball')), lift(see('tennis racket')), lift(see('skateboard')), lift(see('frisbee'))) -
      2 * furnished,
  },
  {
    // One thing that fills the picture.
    label: 'details',
    evidence: (see, { furnished, foreign }) =>
      2.5 *
        ramp(
          Math.max(...(['vase', 'cup', 'bowl', 'clock', 'bottle', 'wine glass', 'book'] as const).map(see.area)),
          0.08,
          0.3,
        ) -
      furnished -
      2 * foreign,
  },
]
