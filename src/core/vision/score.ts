/** The score of a look: technical sub-scores joined to one number (vision.md section 4). */
import type { Sight } from '../processing/sight.ts'
import type { ScoreJudgement } from './judgement.ts'

/** Raised with every change of what the numbers mean. */
export const scoreVersion = 'technical-1'

export interface ScoreOptions {
  /** What the owner's taste says, 0..10; null: it cannot judge this look. */
  taste?: ((sight: Sight) => number | null) | undefined
}

export function scoreOf({ features }: Sight, _options: ScoreOptions = {}): ScoreJudgement {
  const sharpness = 10 * logistic(Math.log10(1 + (features.sharpness ?? 0)), 2.2, 2.5)
  const exposure = 10 * (1 - Math.abs((features.brightness ?? 0.5) - 0.5) * 2)
  const technical = Math.sqrt(Math.max(0, sharpness) * Math.max(0, exposure))
  return {
    score: Math.round(technical * 1e4) / 1e4,
    aspects: { technical, aesthetic: null, exposure, sharpness, composition: 5 },
    reasons: [...(sharpness < 4 ? ['blurred'] : []), ...(exposure < 4 ? ['badly_exposed'] : [])],
  }
}

const logistic = (value: number, middle: number, slope: number) => 1 / (1 + Math.exp(-slope * (value - middle)))
