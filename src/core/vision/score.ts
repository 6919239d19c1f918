/**
 * The score of a look (vision.md section 4): technical sub-scores joined to one number, with the opinion of an aesthetic
 * model and of the owner's taste where there are such. Without either it is a technical score and says nothing of beauty.
 */

import { type Curve, onCurve } from '../processing/curve.ts'
import type { Features, Sight } from '../processing/sight.ts'
import { compositionOf } from './composition.ts'
import type { ScoreJudgement } from './judgement.ts'
import { type Term, type TermAspect, terms } from './terms.ts'

/** Raised with every change of what the numbers mean. */
export const scoreVersion = 'technical-2'

export interface ScoreOptions {
  /** What the owner's taste says, 0..10; null: it cannot judge this look. */
  taste?: ((sight: Sight) => number | null) | undefined
}

/** Shares of an aesthetic model and of taste in the score, where they speak. */
const aestheticShare = 0.6
const tasteShare = 0.4
/** A sub-score below it is named as a reason. */
const poor = 0.55
/** From the weighted geometric mean (0..1) to 0..10, so that listing photos use the whole scale (docs/scoring.md). */
const scale: Curve = [
  [0, 0],
  [0.3, 0.6],
  [0.5, 1.8],
  [0.67, 3.8],
  [0.83, 6.55],
  [1, 9.4],
]
/** What a picture without any content is worth at most. */
const blankScore = 1

/** The same look always scores the same; between machines within 0.0005. */
export function scoreOf(sight: Sight, { taste }: ScoreOptions = {}): ScoreJudgement {
  const { features } = sight
  const judged = terms.map((term) => ({ term, score: subScore(term, features) }))
  const raw = onCurve(scale, geometricMean(judged))
  const technical = features.blank === 1 ? Math.min(blankScore, raw) : raw
  const aesthetic = sight.aesthetic ?? null
  const learned = aesthetic === null ? technical : mix(technical, aesthetic, aestheticShare)
  const liked = taste?.(sight) ?? null
  const score = liked === null ? learned : mix(learned, liked, tasteShare)
  const aspect = (name: TermAspect) => 10 * geometricMean(judged.filter(({ term }) => term.aspect === name))
  return {
    score: rounded(score),
    aspects: {
      technical: rounded(technical),
      aesthetic: aesthetic === null ? null : rounded(aesthetic),
      exposure: rounded(aspect('exposure')),
      sharpness: rounded(aspect('sharpness')),
      composition: rounded(Math.sqrt(aspect('composition') * compositionOf(sight))),
    },
    reasons: reasonsOf(judged, features),
  }
}

interface Judged {
  term: Term
  /** 0..1. */
  score: number
}

function subScore({ value, middle, slope, floor = 0 }: Term, features: Features): number {
  return floor + (1 - floor) / (1 + Math.exp(-slope * (value(features) - middle)))
}

/** Weighted, so that one thing that is truly bad cannot be made up for by all that is good. */
function geometricMean(judged: readonly Judged[]): number {
  let [sum, weights] = [0, 0]
  for (const { term, score } of judged) {
    sum += term.weight * Math.log(Math.max(score, 1e-9))
    weights += term.weight
  }
  return Math.exp(sum / weights)
}

function reasonsOf(judged: readonly Judged[], features: Features): string[] {
  if (features.blank === 1) return ['blank']
  const losses = new Map<string, number>()
  for (const { term, score } of judged) {
    const reason = score < poor ? term.reason(features) : undefined
    if (reason !== undefined)
      losses.set(reason, (losses.get(reason) ?? 0) - term.weight * Math.log(Math.max(score, 1e-9)))
  }
  return [...losses].sort(([, one], [, other]) => other - one).map(([reason]) => reason)
}

const mix = (first: number, second: number, share: number) => (1 - share) * first + share * second
const rounded = (value: number) => Math.round(value * 1e4) / 1e4
