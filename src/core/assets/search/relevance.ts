/** How well an item answers the words of a query: for lists by relevance. */
import { valuesOf } from './evaluate.ts'
import type { SearchItem } from './item.ts'
import { conditionsOf, type Query } from './query.ts'
import { wordsOf } from './words.ts'

/**
 * For each HAS: how much of the query's words are whole words of the field (one that is only begun counts half), and how
 * much of the field they are. 0 where nothing of the query is full text.
 */
export function relevance(query: Query, item: SearchItem): number {
  let sum = 0
  for (const condition of conditionsOf(query)) {
    if (condition.kind !== 'words') continue
    const there = valuesOf(condition.field, item).flatMap((value) => wordsOf(String(value)))
    const whole = new Set(there)
    const met = condition.words.map((word) =>
      whole.has(word) ? 1 : there.some((other) => other.startsWith(word)) ? 0.5 : 0,
    )
    const points = met.reduce<number>((total, value) => total + value, 0)
    if (there.length > 0) sum += points / condition.words.length + points / there.length
  }
  return sum
}
