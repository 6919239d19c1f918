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
  ...(['chair', 'couch', 'bed', 'dining table', 'toilet', 'tv', 'microwave', 'oven', 'sink', 'refrigerator'] as const),
]
const strangers: readonly CocoName[] = [
  ...(['bird', 'horse', 'sheep', 'cow', 'elephant', 'bear', 'zebra', 'giraffe', 'airplane', 'train'] as const),
  ...(['skis', 'snowboard', 'surfboard', 'kite', 'donut', 'pizza', 'cake', 'boat', 'cat', 'dog'] as const),
]

export function settingOf(see: See): Setting {
  const { feature } = see
  const sky = feature('sky')
  const cloudy = feature('brightTop') * ramp(feature('plants'), 0.03, 0.12)
  const indoors = furniture.reduce((sum, name) => sum + lift(see(name)), 0)
  const furnished = ramp(indoors, 0.8, 4)
  const open = ramp(sky + cloudy, 0.02, 0.12) + ramp(feature('plants'), 0.08, 0.3) + 0.4 * lift(see('car'))
  return {
    outside: ramp(open - 0.9 * furnished, 0.1, 0.9),
    built: ramp(feature('lines'), 4, 14) * ramp(feature('aligned'), 0.35, 0.6),
    furnished,
    foreign: ramp(Math.max(...strangers.map((name) => see(name))), 0.3, 0.55),
    drawn: ramp(feature('flat'), 0.6, 0.85),
  }
}
