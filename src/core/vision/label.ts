/**
 * The label of a look (scoring-api.md section 6, vision.md section 3): what the rules say of it, and what an owner's head
 * says where it knows such pictures.
 */
import type { Sight } from '../processing/sight.ts'
import type { ProjectHeads } from './heads/open.ts'
import type { LabelJudgement } from './judgement.ts'
import { labels } from './labels.ts'
import { rulesFor, weigh } from './rules/weigh.ts'

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
    for (const [id, label] of labels.entries()) {
      const learned = probabilities[head.labels.indexOf(label)] ?? 0
      confidences[id] = trust * learned + (1 - trust) * (confidences[id] ?? 0)
    }
  }
  const ranked = labels
    .map((label, id) => ({ id, label, confidence: round(confidences[id] ?? 0) }))
    .sort((one, other) => other.confidence - one.confidence || one.id - other.id)
  const best = ranked[0]
  if (best === undefined) throw new Error('there are no labels')
  return {
    label: best.confidence < minConfidence ? 'unknown' : best.label,
    confidence: best.confidence,
    labels: ranked,
  }
}

/** 23 roundings leave the sum within 0.001 of 1, as section 6 wants it. */
const round = (confidence: number) => Math.round(confidence * 1e5) / 1e5
