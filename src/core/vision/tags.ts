/** What is in a picture, in words: objects that were detected, and its label. */
import type { Sight } from '../processing/sight.ts'
import type { LabelJudgement } from './judgement.ts'
import type { FoundTag } from './records.ts'

/** Less certain ones are kept for nobody. */
const leastConfidence = 0.2
const mostTags = 30

/** Each word once, most certain first. */
export function tagsOf(
  { objects }: Sight,
  { label, confidence }: Pick<LabelJudgement, 'label' | 'confidence'>,
): FoundTag[] {
  const found = new Map<string, number>()
  const named = label === 'unknown' ? [] : [{ name: label, confidence }]
  for (const one of [...objects, ...named]) {
    const { name } = one
    if (one.confidence >= leastConfidence) found.set(name, Math.max(found.get(name) ?? 0, one.confidence))
  }
  return [...found]
    .map(([name, certainty]) => ({ name, confidence: Math.round(certainty * 1e4) / 1e4 }))
    .sort((a, b) => b.confidence - a.confidence || (a.name < b.name ? -1 : 1))
    .slice(0, mostTags)
}
