/**
 * What the technical score is made of: each term turns one or two features into a logistic sub-score, and the score is
 * their weighted geometric mean. The numbers were fitted on spoilt copies of photos that no table of docs/scoring.md reports.
 */
import type { Features } from '../processing/sight.ts'

export type TermAspect = 'exposure' | 'sharpness' | 'composition' | 'coding'

export interface Term {
  name: string
  aspect: TermAspect
  /** Share in the geometric mean, against the others'. */
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
  finenessHalf: 0,
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
const says = (reason: string) => () => reason
const never = () => undefined

/** Share of clipped pixels; those that are a full colour rather than white count half: a red flower is no burnt sky. */
function clipped(features: Features): number {
  const { burnt = 0, white = 0 } = features
  return the('plateau')(features) * (burnt > 0 ? 0.45 + (0.55 * white) / burnt : 1)
}

/** Mean luma, 0..1, of a photo that is neither dark nor bright. */
const middleLight = 0.47
/** Straightness tells only of pictures whose lines keep to two directions, as those of buildings do. */
const sure = 0.25
/** Degrees: beyond them lines slant because of what they show, not because of the camera. */
const [farthest, fading, forgotten] = [16, 18, 26]

/** Degrees that the picture seems turned by, the surer the more of them; 0 of one without a direction. */
export function turnOf({ cardinalTurn = 0, cardinality = 0 }: Features): { degrees: number; certainty: number } {
  const size = Math.abs(cardinalTurn)
  const kept = Math.min(1, Math.max(0, (forgotten - size) / (forgotten - fading)))
  return { degrees: Math.min(size, farthest) * kept, certainty: Math.min(1, cardinality / sure) }
}

export const terms: readonly Term[] = [
  // Strength of the finest detail in the sharpest parts.
  {
    name: 'detail',
    aspect: 'sharpness',
    ...{ weight: 0.744, middle: 7.2, slope: 0.93, floor: 0.15 },
    value: the('sharpness'),
    reason: says('blurred'),
  },
  // How much finer detail is than the shapes it belongs to: needs no contrast.
  {
    name: 'fineness',
    aspect: 'sharpness',
    ...{ weight: 0.728, middle: -4.83, slope: 0.702 },
    value: the('fineness'),
    reason: says('blurred'),
  },
  // The same without the last octave: how heavily it is blurred.
  {
    name: 'softness',
    aspect: 'sharpness',
    ...{ weight: 0.411, middle: -4.21, slope: 0.876 },
    value: the('finenessHalf'),
    reason: never,
  },
  // The last octave alone, where there is any detail: also sharp photos differ in it.
  {
    name: 'crispness',
    aspect: 'sharpness',
    ...{ weight: 0.771, middle: 0.672, slope: 1.01, floor: 0.15 },
    value: (features) => Math.min(the('acuity')(features), the('sharpness')(features) - 5),
    reason: never,
  },
  // Whether there are pixels enough for a screen …
  {
    name: 'resolution',
    aspect: 'coding',
    ...{ weight: 1.29, middle: 9.55, slope: 4.44 },
    value: log2('longSide', 0),
    reason: says('low_resolution'),
  },
  // … and, less and less, that more are better.
  {
    name: 'size',
    aspect: 'coding',
    ...{ weight: 0.216, middle: 9.5, slope: 0.7 },
    value: log2('longSide', 0),
    reason: never,
  },
  {
    name: 'noise',
    aspect: 'coding',
    ...{ weight: 1.13, middle: 2.01, slope: -6.43 },
    value: log2('noise', 0.5),
    reason: says('noisy'),
  },
  {
    name: 'colourNoise',
    aspect: 'coding',
    ...{ weight: 0.402, middle: 2.29, slope: -1.8 },
    value: log2('colourNoise', 0.5),
    reason: says('noisy'),
  },
  // The grid of JPEG in the pixels …
  {
    name: 'blocks',
    aspect: 'coding',
    ...{ weight: 0.87, middle: 1.18, slope: -4.71, floor: 0.05 },
    value: the('blockiness'),
    reason: says('compressed'),
  },
  // … areas that lost all texture …
  {
    name: 'flatBlocks',
    aspect: 'coding',
    ...{ weight: 0.6, middle: 0.45, slope: -8, floor: 0.1 },
    value: the('flatBlocks'),
    reason: never,
  },
  // … and what the file's own tables say.
  {
    name: 'coding',
    aspect: 'coding',
    ...{ weight: 0.88, middle: 36.1, slope: 0.141 },
    value: the('codedQuality'),
    reason: says('compressed'),
  },
  {
    name: 'brightness',
    aspect: 'exposure',
    ...{ weight: 0.353, middle: 0.3, slope: -13 },
    value: (features) => Math.abs(the('brightness')(features) - middleLight),
    reason: (features) => (the('brightness')(features) < middleLight ? 'too_dark' : 'too_bright'),
  },
  {
    name: 'glare',
    aspect: 'exposure',
    ...{ weight: 0.279, middle: 0.8, slope: -12 },
    value: the('brightness'),
    reason: says('too_bright'),
  },
  // The lightest parts of a well exposed photo are nearly white.
  {
    name: 'whitePoint',
    aspect: 'exposure',
    ...{ weight: 0.567, middle: 0.596, slope: 11.3 },
    value: the('top'),
    reason: says('too_dark'),
  },
  {
    name: 'contrast',
    aspect: 'exposure',
    ...{ weight: 0.8, middle: 0.48, slope: 12, floor: 0.02 },
    value: the('range'),
    reason: says('low_contrast'),
  },
  {
    name: 'clipping',
    aspect: 'exposure',
    ...{ weight: 1.5, middle: -1.4, slope: -3.2, floor: 0.01 },
    value: (features) => Math.log10(clipped(features) + 0.003),
    reason: says('clipped_highlights'),
  },
  {
    name: 'tilt',
    aspect: 'composition',
    ...{ weight: 0.6, middle: 4.1, slope: -0.546 },
    value: (features) => turnOf(features).degrees * turnOf(features).certainty,
    reason: (features) => (turnOf(features).certainty > 0.6 ? 'tilted' : undefined),
  },
  {
    name: 'colour',
    aspect: 'exposure',
    ...{ weight: 0.128, middle: 15, slope: 0.1 },
    value: the('colourfulness'),
    reason: says('dull_colours'),
  },
  {
    name: 'tones',
    aspect: 'exposure',
    ...{ weight: 0.165, middle: 6.02, slope: 1.95 },
    value: the('entropy'),
    reason: says('low_contrast'),
  },
]
