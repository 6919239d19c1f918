/**
 * What the technical score is made of: each term turns one or two features into a logistic sub-score, and the score is
 * their weighted geometric mean. The numbers were fitted on spoilt copies of photos that no table of docs/scoring.md reports.
 */
import type { Features } from '../processing/sight.ts'

export type TermAspect = 'exposure' | 'sharpness' | 'composition' | 'coding'

export interface Term {
  name: string
  aspect: TermAspect
  /** In the geometric mean. */
  weight: number
  /** Where the sub-score is a half, in the unit of `value`. */
  middle: number
  /** How fast it changes there; below 0: more is worse. */
  slope: number
  /** The least that the sub-score falls to. */
  floor?: number
  value(features: Features): number
  /** What is said when it pulls the score down. */
  reason(features: Features): string | undefined
}

/** Features that a look does not have (an older one) count as of a decent photo. */
const usual: Features = {
  longSide: 1024,
  sharpness: 9,
  fineness: -2,
  acuity: 0,
  noise: 0.7,
  colourNoise: 0.5,
  blockiness: 0.1,
  flatBlocks: 0.05,
  codedQuality: 90,
  brightness: 0.47,
  top: 0.95,
  range: 0.75,
  plateau: 0.005,
  colourfulness: 40,
  entropy: 7.4,
}

const the = (name: string) => (features: Features) => features[name] ?? usual[name] ?? 0
const log2 = (name: string, added: number) => (features: Features) => Math.log2(the(name)(features) + added)
const says = (reason: string | undefined) => () => reason

/** Straightness tells only of pictures whose lines keep to two directions, as those of buildings do. */
const sure = 0.25
/** Degrees: beyond them lines slant because of what they show, not because of the camera. */
const [farthest, forgotten] = [16, 26]

/** Degrees that the picture seems turned by, the surer the more of them; 0 of one without a direction. */
export function turnOf({ cardinalTurn = 0, cardinality = 0 }: Features): { degrees: number; certainty: number } {
  const size = Math.abs(cardinalTurn)
  const fading = Math.min(1, Math.max(0, (forgotten - size) / (forgotten - farthest - 2)))
  return { degrees: Math.min(size, farthest) * fading, certainty: Math.min(1, cardinality / sure) }
}

export const terms: readonly Term[] = [
  {
    name: 'detail',
    aspect: 'sharpness',
    ...{ weight: 0.835, middle: 6.415, slope: 0.785 },
    value: the('sharpness'),
    reason: says('blurred'),
  },
  {
    name: 'fineness',
    aspect: 'sharpness',
    ...{ weight: 0.827, middle: -5.564, slope: 0.614 },
    value: the('fineness'),
    reason: says('blurred'),
  },
  {
    name: 'crispness',
    aspect: 'sharpness',
    ...{ weight: 0.368, middle: 1.095, slope: 0.623 },
    value: the('acuity'),
    reason: says(undefined),
  },
  {
    name: 'resolution',
    aspect: 'sharpness',
    ...{ weight: 1.415, middle: 9.523, slope: 3.202 },
    value: log2('longSide', 0),
    reason: says('low_resolution'),
  },
  {
    name: 'size',
    aspect: 'sharpness',
    ...{ weight: 0.236, middle: 9.528, slope: 0.725 },
    value: log2('longSide', 0),
    reason: says(undefined),
  },
  {
    name: 'noise',
    aspect: 'coding',
    ...{ weight: 1.227, middle: 2.04, slope: -4.203 },
    value: log2('noise', 0.5),
    reason: says('noisy'),
  },
  {
    name: 'colour noise',
    aspect: 'coding',
    ...{ weight: 0.5, middle: 2.333, slope: -1.78 },
    value: log2('colourNoise', 0.5),
    reason: says('noisy'),
  },
  {
    name: 'blocks',
    aspect: 'coding',
    ...{ weight: 1.087, middle: 0.635, slope: -5.59 },
    value: the('blockiness'),
    reason: says('compressed'),
  },
  {
    name: 'flat blocks',
    aspect: 'coding',
    ...{ weight: 0.751, middle: 0.309, slope: -14.533 },
    value: the('flatBlocks'),
    reason: says(undefined),
  },
  {
    name: 'coding',
    aspect: 'coding',
    ...{ weight: 0.558, middle: 25.811, slope: 0.081 },
    value: the('codedQuality'),
    reason: says('compressed'),
  },
  {
    name: 'brightness',
    aspect: 'exposure',
    ...{ weight: 0.421, middle: 0, slope: 0 },
    value: the('brightness'),
    reason: says('too_dark'),
  },
]
