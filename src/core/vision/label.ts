/** The label of a look, from what was detected in it (scoring-api.md section 6, vision.md section 3). */
import type { Sight } from '../processing/sight.ts'
import type { LabelJudgement } from './judgement.ts'
import { labels } from './labels.ts'

/** Raised with every change of what the labels mean. */
export const labelVersion = 'rules-1'

/** `minConfidence`: below it the label is `unknown`, whatever came first. */
export function labelOf(_sight: Sight, minConfidence: number): LabelJudgement {
  const ranked = labels
    .map((label, id) => ({ id, label, confidence: label === 'unknown' ? 1 : 0 }))
    .sort((one, other) => other.confidence - one.confidence || one.id - other.id)
  const best = ranked[0]
  if (best === undefined) throw new Error('there are no labels')
  return {
    label: best.confidence < minConfidence ? 'unknown' : best.label,
    confidence: best.confidence,
    labels: ranked,
  }
}
