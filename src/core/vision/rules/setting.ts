/** Inside or outside, house or nature: what most rules ask first. Each 0..1. */
import { lift, ramp } from './rule.ts'
import type { CocoName, See } from './see.ts'

export interface Setting {
  outside: number
  /** Straight lines, upright and level ones above all: what people build. */
  built: number
  /** How much of a furnished room there is. */
  furnished: number
  /** Animals, vehicles that are no cars, sports: nothing that rooms or houses are offered with. */
  foreign: number
  /** A drawing or a print rather than a photo. */
  drawn: number
}

const furniture: readonly CocoName[] = [
  ...(['couch', 'bed', 'toilet', 'tv', 'microwave', 'oven', 'sink', 'refrigerator'] as const),
]
/** Also on terraces, or small and seen everywhere. */
const clutter: readonly CocoName[] = [
  'chair',
  'dining table',
  'bottle',
  'cup',
  'bowl',
  'vase',
  'clock',
  'book',
  'remote',
  'toothbrush',
  'laptop',
]
const street: readonly CocoName[] = ['car', 'truck', 'bench', 'fire hydrant', 'traffic light', 'stop sign']
const strangers: readonly CocoName[] = [
  ...(['bird', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe', 'airplane', 'train'] as const),
  ...(['skis', 'snowboard', 'surfboard', 'kite', 'donut', 'pizza', 'cake', 'boat', 'cat', 'dog'] as const),
  ...(['motorcycle', 'bicycle', 'umbrella', 'sports ball', 'person'] as const),
]

export function settingOf(see: See): Setting {
  const { feature } = see
  const sum = (names: readonly CocoName[]) => names.reduce((total, name) => total + lift(see(name)), 0)
  const highest = (names: readonly CocoName[]) => Math.max(...names.map((name) => see(name)))
  const indoors = sum(furniture) + 0.4 * sum(clutter)
  const furnished = ramp(indoors, 1, 5)
  const open =
    1.3 * ramp(feature('sky'), 0.02, 0.12) +
    1.1 * ramp(feature('brightTop') * ramp(feature('plants'), 0.02, 0.08), 0.01, 0.08) +
    ramp(feature('plants'), 0.05, 0.25) +
    0.25 * sum(street)
  const drawn = Math.max(
    ramp(feature('flat'), 0.78, 0.9),
    0.6 * (1 - ramp(feature('aligned'), 0.12, 0.22)),
    // Rooms and houses have upright lines; a camera held askew hides them, so this does not decide alone.
    open > 0.5 ? 0 : 0.45 * (1 - ramp(feature('upright'), 0.02, 0.06)),
    ramp(feature('commonColours'), 0.45, 0.65),
    1 - ramp(feature('entropy'), 5.6, 6.5),
  )
  return {
    outside: ramp(open + 0.42 - 0.35 * indoors, 0.1, 1.1),
    built:
      ramp(feature('cardinal'), 0.06, 0.16) *
      ramp(feature('aligned'), 0.22, 0.38) *
      ramp(feature('lines'), 0.4, 1.6) *
      Math.min(ramp(feature('upright'), 0.03, 0.05), ramp(feature('level'), 0.05, 0.1)),
    furnished,
    foreign: ramp(highest(strangers), 0.28, 0.52),
    drawn,
  }
}
