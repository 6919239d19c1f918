/**
 * The label of a look (scoring-api.md section 6, vision.md section 3): what the rules say of it, and what an owner's head
 * says where it knows such pictures.
 */
import type { Sight } from '../processing/sight.ts'
import type { ProjectHeads } from './heads/open.ts'
import type { LabelJudgement } from './judgement.ts'
import { labels } from './labels.ts'
import { isRuled, rulesFor, weigh } from './rules/weigh.ts'

/** Raised with every change of what the labels mean. */
export const labelVersion = 'rules-2'

/**
 * @param minConfidence below it the label is `unknown`, whatever came first
 * @param heads of the project; of which the one for labels takes part when the sight is of its models
 */
export function labelOf(sight: Sight, minConfidence: number, heads?: Pick<ProjectHeads, 'labels'>): LabelJudgement {
  const confidences = weigh(sight)
  const head = heads?.labels
  if (head?.fits(sight)) {
    const { probabilities, trust } = head.judge(sight, rulesFor(sight, head.labels))
    // Where the rules see nothing of what the head knows, it has to be surer of its pictures; of labels that no rule
    // knows it alone can speak.
    const expected = head.labels.reduce((sum, label) => sum + (confidences[labels.indexOf(label)] ?? 0), 0)
    const alone = head.labels.reduce((sum, label, at) => sum + (isRuled(label) ? 0 : (probabilities[at] ?? 0)), 0)
    const belief = trust * Math.min(1, 0.35 + expected + 0.65 * alone)
    for (const [id, label] of labels.entries()) {
      const learned = probabilities[head.labels.indexOf(label)] ?? 0
      confidences[id] = belief * learned + (1 - belief) * (confidences[id] ?? 0)
    }
  }
  const rounded = roundTogether(confidences)
  const ranked = labels
    .map((label, id) => ({ id, label, confidence: rounded[id] ?? 0 }))
    .sort((one, other) => other.confidence - one.confidence || one.id - other.id)
  const best = ranked[0]
  if (best === undefined) throw new Error('there are no labels')
  return {
    label: best.confidence < minConfidence ? 'unknown' : best.label,
    confidence: best.confidence,
    labels: ranked,
  }
}

/** To 4 decimals so that they still sum to 1: those that lose most by rounding down are rounded up. */
function roundTogether(confidences: Float64Array): number[] {
  const units = 10_000
  const whole = [...confidences].map((confidence) => Math.floor(confidence * units))
  const short = units - whole.reduce((sum, count) => sum + count, 0)
  const losses = [...confidences].map((confidence, id) => ({ id, loss: confidence * units - (whole[id] ?? 0) }))
  losses.sort((one, other) => other.loss - one.loss || one.id - other.id)
  const raised = new Set(losses.slice(0, Math.max(0, short)).map(({ id }) => id))
  return whole.map((count, id) => (raised.has(id) ? count + 1 : count) / units)
}
